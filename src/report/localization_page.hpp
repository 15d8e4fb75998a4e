#pragma once

#include "fovea/classes.hpp"
#include "fovea/evaluate_localization.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace fovea {

/// What the page of an evaluation of localisation is written from.
struct EvaluatedImages {
  const std::vector<ImageResult>& results;
  const nlohmann::ordered_json& settings;
  std::string folder;        ///< of the pictures; empty: not known
  Labels labels;             ///< of the classes; empty: not known
  std::string command_line;  ///< that is shown
};
/// Writes a page with rates, overlaps and the worst boxes. OutputError naming the file.
void write_localization_page(const EvaluatedImages& images, const LocalizationSummary& summary,
                             const std::string& file);

}  // namespace fovea
