#pragma once

#include "studio/request.hpp"
#include "studio/studio.hpp"
#include <nlohmann/json.hpp>

#include <optional>
#include <string>
#include <vector>

namespace fovea::studio {

/// What a method's map of a photo shares with the maps of the network with shuffled weights.
struct SanityOfMap {
  bool is_flat = false;                      ///< the map itself has one value everywhere
  std::vector<std::optional<double>> ranks;  ///< correlation with each stage's map; none where one is flat
};

/// {passes, verdict, correlation, stages, text}; `passes` is null where the verdict is "unclear".
nlohmann::ordered_json sanity_json(const SanityOfMap& checked, const std::string& title);

/// Whether a method's map of a photo changes when the weights of the network are shuffled, from the scores
/// back (adebayo2018sanity): a map that stays the same shows the photo and not what the network has learnt.
/// The fields are those of a map. Gives `sanity_json`; kept for everything
/// that it depends on. A few networks are compiled for it, in the lane of jobs.
Response sanity(Studio& studio, const Request& request);

}  // namespace fovea::studio
