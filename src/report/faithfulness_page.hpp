#pragma once

#include "evaluate/faithfulness_results.hpp"

#include <string>
#include <vector>

namespace fovea {

/// The URL of a picture of a photo as the page shows it (`FaithfulnessPlan::small_picture`).
std::string small_picture(const Image& photo);
/// Writes a page with the table of measures, all plots and the hardest images. OutputError naming the file.
void write_faithfulness_page(const FaithfulnessResults& results, const std::vector<MethodMeans>& means,
                             const std::string& file, const std::string& command_line);

}  // namespace fovea
