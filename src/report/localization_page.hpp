#pragma once

#include "fovea/classes.hpp"
#include "fovea/evaluate_localization.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace fovea {

/// The data for the page of an evaluation of localisation.
struct EvaluatedImages {
  const std::vector<ImageResult>& results;
  const nlohmann::ordered_json& settings;
  std::string folder;        ///< folder of the pictures; empty: unknown
  Labels labels;             ///< names of the classes; empty: unknown
  std::string command_line;  ///< the command line to display
};
/// Writes a page with rates, overlaps and the worst boxes. OutputError naming the file.
void write_localization_page(const EvaluatedImages& images, const LocalizationSummary& summary,
                             const std::string& file);

}  // namespace fovea
