#pragma once

#include "report/page.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <utility>
#include <vector>

/// Blocks that all pages have (docs/report.md).
namespace fovea::cli {

/// A block's text; bytes of file names that are not UTF-8 become replacement characters.
std::string block_text(const nlohmann::ordered_json& block);

/// The page's first lines and its last one.
void add_head(Page& page, const std::string& summary);
/// {what, text} of a thing.
using Facts = std::vector<std::pair<std::string, std::string>>;
void add_facts(Page& page, const std::string& title, const Facts& facts);
void add_plot(Page& page, const std::string& title, const std::string& svg);

/// Version, time and machine of a page.
Facts run_facts(const std::string& command_line, double seconds);

}  // namespace fovea::cli
