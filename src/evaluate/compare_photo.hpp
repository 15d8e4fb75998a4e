#pragma once

#include "evaluate/comparison_results.hpp"
#include "fovea/evaluate_maps.hpp"
#include "fovea/explain.hpp"

#include <array>
#include <optional>
#include <vector>

namespace fovea {

/// What is asked of a photo that two networks see.
struct ComparisonTask {
  std::optional<std::int64_t> target;  ///< the first network's class to explain; none: its best guess
  ObjectTruth truth;                   ///< the place of the object, if it is known
  std::array<std::optional<std::int64_t>, 2> true_class = {};  ///< in each network
};

/// A photo as both networks see it, with the maps of the same class. Where the second network has no such
/// class, its maps are those of its best guess, and are not compared.
struct ComparedPhoto {
  PhotoComparison numbers;
  std::array<FramedPhoto, 2> framed;
  std::array<std::vector<Explanation>, 2> maps;
};

/// Explains a photo by both networks, whose explainers have the same methods, and compares their maps.
/// InputError as for Explainer and `compare_maps`.
ComparedPhoto compare_photo(Explainer& first, Explainer& second, const ClassMatching& classes,
                            const Image& photo, const ComparisonTask& task);

}  // namespace fovea
