#pragma once

#include "fovea/evaluate_maps.hpp"

#include <cstdint>
#include <optional>
#include <span>

namespace fovea {

/// As the public function, for the methods of several explainers, one after another. All frame photos alike.
JudgedPhoto judge_photo(Session& scorer, std::span<Explainer> explainers, Image photo,
                        std::optional<std::int64_t> class_index, const ObjectTruth& truth,
                        const FaithfulnessProtocol& protocol, std::uint64_t control_seed,
                        FaithfulnessTimes& times);

/// A class other than `class_index`, different from photo to photo by their numbers.
std::int64_t other_class_of(std::int64_t class_index, std::int64_t classes, std::uint64_t seed,
                            std::uint64_t number);

}  // namespace fovea
