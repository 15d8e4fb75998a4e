#pragma once

#include "evaluate/comparison_results.hpp"

#include <nlohmann/json.hpp>

#include <array>
#include <string>
#include <vector>

/// The results of a comparison on single photos as JSON: in its file, and as the data of a run over many
/// photos, of which the final step makes all that the comparison writes.
namespace fovea {

/// A photo's guesses, the class that is explained in both networks, and each method's numbers, exactly.
nlohmann::ordered_json photo_json(const std::array<ComparedNetwork, 2>& networks,
                                  const std::vector<std::string>& methods, const PhotoComparison& photo);
/// The agreement of the layers of a photo, exactly.
nlohmann::ordered_json layers_data(const std::vector<LayerAgreement>& layers);
/// The photo of such JSON. nlohmann::json::exception for other JSON.
PhotoComparison photo_comparison(const nlohmann::ordered_json& numbers, const nlohmann::ordered_json& layers,
                                 const std::vector<std::string>& methods);

}  // namespace fovea
