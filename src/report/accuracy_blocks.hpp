#pragma once

#include "report/report_summary.hpp"

/// Blocks about right and wrong answers; they stand above the photos.
namespace fovea {

/// "52 of 60 (86.7 %)".
std::string share_text(const Rate& rate);
/// A table of accuracies with their intervals, and one of the most frequent mistakes.
void add_accuracy(Page& page, const std::vector<ReportNetwork>& networks, const ReportSummary& summary);
/// A table of how often two networks agree and, with ground truth, which of them is right.
void add_comparison(Page& page, const std::vector<ReportNetwork>& networks, const ReportSummary& summary,
                    bool has_truth);

}  // namespace fovea
