#pragma once

#include "base/atomic_file.hpp"

#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace fovea {

/// An HTML page of results while it is written. It fetches nothing from any network: style, script and data
/// are in it, and so are its pictures or, on request, in a folder beside it. What it shows are blocks, JSON
/// objects whose kinds and fields docs/report.md lists; src/report/web makes elements of them in the browser.
///
/// Pictures and blocks go out as they come, so a page of any length takes little memory. Nothing of it is in
/// place before `finish`.
class Page {
public:
  enum class Pictures {
    Inside,  ///< as data URLs
    Beside,  ///< as files in the folder "NAME_files", next to the page NAME.html
  };

  /// OutputError naming the file when it cannot be made.
  Page(const std::string& path, std::string_view title, Pictures pictures);
  ~Page();
  Page(const Page&) = delete;
  Page& operator=(const Page&) = delete;

  /// Takes the bytes of a PNG or JPEG file and returns the URL by which blocks name it. `name`, without an
  /// ending, is what the file is called beside the page; no two may be the same. May be called by several
  /// threads.
  std::string add_picture(const std::string& name, const std::string& bytes);
  /// Adds a block: `json` is an object. Blocks of one kind are shown in the order in which they come.
  void add_block(std::string_view kind, std::string_view json);
  /// Ends the page and puts everything in place. OutputError.
  void finish();

private:
  std::string path_;
  Pictures pictures_;
  AtomicFile file_;
  std::string folder_;              ///< of the pictures beside, once it is in place
  std::string unfinished_;          ///< the same until then; empty: not made yet
  int lock_ = -1;                   ///< a descriptor that holds the lock of the unfinished folder
  std::mutex mutex_;                ///< of the two
  std::vector<std::string> names_;  ///< of the files in it
};

/// JSON as it may stand in an HTML page's script element, which "</script" or "<!--" would end or change.
std::string json_for_html(std::string_view json);
/// RFC 4648, with padding.
std::string base64(std::string_view bytes);
/// Text for an element or a quoted attribute.
std::string html_text(std::string_view text);

}  // namespace fovea
