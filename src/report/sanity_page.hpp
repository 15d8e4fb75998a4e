#pragma once

#include "evaluate/sanity_results.hpp"

#include <string>
#include <vector>

namespace fovea {

/// Writes a page with the table of verdicts and the plots. OutputError naming the file.
void write_sanity_page(const SanityResults& results, const std::vector<NamedPlot>& plots,
                       const std::string& file, const std::string& command_line);

}  // namespace fovea
