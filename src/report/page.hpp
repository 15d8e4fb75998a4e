#pragma once

#include "base/atomic_file.hpp"

#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace fovea {

/// An HTML page of results while it is written. It needs no network access: style, script and data are
/// inside, and so are its pictures unless they are in a folder beside it. Its content consists of blocks,
/// JSON objects whose kinds and fields docs/report.md lists; the scripts in src/report/web turn them into
/// elements in the browser.
///
/// Pictures and blocks are written as they are added, so a page of any length needs little memory. The page
/// appears in its place only after `finish`.
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

  /// Takes the bytes of a PNG, JPEG or WebP file and returns the URL by which blocks name it. `name`, without
  /// an extension, is the file's name beside the page and must be unique. May be called by several threads.
  std::string add_picture(const std::string& name, const std::string& bytes);
  /// Notes the file of a picture that lies in the folder beside already (`picture_beside`), so that `finish`
  /// leaves it there.
  void keep_picture(const std::string& file);
  /// Adds a block: `json` is an object. Blocks of one kind are displayed in the order in which they are
  /// added.
  void add_block(std::string_view kind, std::string_view json);
  /// Ends the page and puts everything in place. The pictures of a page of fovea that it replaces are
  /// removed; other files in their folder stay. OutputError.
  void finish();

private:
  /// Gives the unfinished folder of pictures its name, or moves what is in it.
  void place_pictures();
  /// The files in the folder of pictures that the page names whose place this one takes.
  std::set<std::string> pictures_of_earlier_page() const;
  /// Removes those of these files that this page does not have, and the folder if nothing is left.
  void remove_from_folder(std::set<std::string> pictures) const;

  std::string path_;
  Pictures pictures_;
  AtomicFile file_;
  std::string folder_;              ///< of the pictures beside, once it is in place
  std::string unfinished_;          ///< its name until then; empty: not created yet
  int lock_ = -1;                   ///< a descriptor that holds the lock of the unfinished folder
  std::mutex mutex_;                ///< guards lock_ and names_
  std::vector<std::string> names_;  ///< of the files in it
  std::set<std::string> kept_;      ///< files that were in the folder before
};

/// A picture beside a page: its file in the folder `NAME_files`, and the URL by which the page names it.
struct PictureBeside {
  std::string file, url;
};
/// The folder of the pictures beside a page: "a/page.html" -> "a/page_files".
std::string folder_beside(const std::string& page);
/// `name`: that of the file without its extension.
PictureBeside picture_beside(const std::string& page, const std::string& name, std::string_view bytes);

/// JSON made safe for an HTML page's script element, which "</script" or "<!--" would end or change.
std::string json_for_html(std::string_view json);
/// The URL of a picture that is inside the page: of the bytes of a PNG, JPEG or WebP file.
std::string picture_url(std::string_view bytes);
/// RFC 4648, with padding.
std::string base64(std::string_view bytes);
/// Text for an element or a quoted attribute.
std::string html_text(std::string_view text);

}  // namespace fovea
