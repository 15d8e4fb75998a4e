#pragma once

#include "evaluate/compare_photo.hpp"
#include "evaluate/comparison_results.hpp"
#include "report/comparison_page.hpp"
#include "report/page.hpp"
#include "report/photo_entry.hpp"

#include <string>
#include <vector>

/// The blocks of a page that compares two networks.
namespace fovea {

/// The block "photo" of a photo: both networks' guesses and maps, and how far these agree.
std::string compared_photo_block(const AddPicture& add_picture, const ComparedPhoto& photo,
                                 const PhotoTask& task, const std::vector<ReportNetwork>& networks,
                                 const NetworkComparisonOptions& options);

/// Adds the tables of the gate, methods, classes and layers, and all that describes the comparison.
void add_comparison_blocks(Page& page, const NetworkComparisonOutcome& outcome,
                           const std::vector<ReportNetwork>& networks,
                           const std::vector<std::string>& other_files,
                           const NetworkComparisonOptions& options);

}  // namespace fovea
