#pragma once

#include "report/blocks.hpp"
#include "report/photos_page.hpp"

#include <map>
#include <vector>

namespace fovea {

/// The summary of all photos.
struct ReportSummary {
  std::map<std::int64_t, std::int64_t> photos_of_class;
  std::int64_t photos = 0;
  std::vector<double> probabilities;  ///< empty if the network has none
  std::vector<LeftOutFile> left_out;
  double seconds = 0;
};

/// Adds the block of settings that photos need: methods, colour maps.
void add_settings(Page& page, const ReportOptions& options, const std::vector<MethodInfo>& methods);
/// Adds everything below the photos. `program` gives the scores.
void add_summary(Page& page, const ReportOptions& options, const Network& network, const Program& program,
                 const ReportSummary& summary, const ReportEvents& events);

}  // namespace fovea
