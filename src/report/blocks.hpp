#pragma once

#include "fovea/image.hpp"
#include "fovea/measures.hpp"
#include "report/page.hpp"

#include <nlohmann/json.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// Blocks that all kinds of pages have (docs/report.md).
namespace fovea {

/// A block's text; bytes of file names that are not UTF-8 become replacement characters.
std::string block_text(const nlohmann::ordered_json& block);

/// The picture, reduced if it is larger than pages display it.
Image for_showing(const Image& image);

/// The page's first lines and its last one, which tells when it was made.
void add_head(Page& page, const std::string& summary);
/// The same without the time, for pages that are equal whenever they are made.
void add_timeless_head(Page& page, const std::string& summary);
/// Pairs of a label and a text.
using Facts = std::vector<std::pair<std::string, std::string>>;
void add_facts(Page& page, const std::string& title, const Facts& facts);
void add_plot(Page& page, const std::string& title, const std::string& svg);

/// A file that is not displayed, with the reason. Its path is shown relative to the working folder.
struct LeftOutFile {
  std::string path, why;
};
/// "1 photo", "2 photos".
std::string counted(std::size_t count, std::string_view what);
/// Adds a table of these files, or nothing if there are none.
void add_left_out(Page& page, const std::vector<LeftOutFile>& files);

/// Command line, version and processor of a page.
Facts version_facts(const std::string& command_line);
/// Command line, version, time and processor of a page; `seconds` is the time spent, if known.
Facts run_facts(const std::string& command_line, std::optional<double> seconds = {});
/// Each value of an object with its path in it; paths of files are shown as by `shown_path`.
Facts settings_facts(const nlohmann::ordered_json& settings);

/// Adds the end of an evaluation's page: files left out, settings, the run, and the page's first line.
void end_evaluation_page(Page& page, const std::vector<LeftOutFile>& left_out,
                         const nlohmann::ordered_json& settings, const std::string& command_line,
                         const std::string& summary);

nlohmann::ordered_json number_or_null(const std::optional<double>& number);
/// A table's column and its cells (docs/report.md).
nlohmann::ordered_json text_column(const std::string& title);
nlohmann::ordered_json number_column(const std::string& title);
/// The mean with its interval below, sorted by the mean; null for a mean of nothing.
nlohmann::ordered_json mean_cell(const MeanInterval& mean, int decimals);

}  // namespace fovea
