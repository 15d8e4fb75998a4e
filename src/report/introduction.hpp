#pragma once

#include "report/page.hpp"
#include "report/photos_page.hpp"

#include <string>
#include <vector>

namespace fovea {

/// Adds the page's opening: what its maps mean and what they do not, and how to read each method's map.
void add_introduction(Page& page, const ReportOptions& options, const std::vector<ReportNetwork>& networks);

}  // namespace fovea
