#pragma once

#include "fovea/bootstrap.hpp"
#include "fovea/evaluate_faithfulness.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// Whether maps depend on what the network has learnt (adebayo2018sanity): the maps of a network some of
/// whose layers have had their weights shuffled are compared with those of the network as it is. A method
/// whose maps stay as they were shows the picture, not the network.
namespace fovea {

/// Layers that are shuffled together.
struct SanityStage {
  std::string name;                 ///< of the last one: of the deepest in a cascade
  std::vector<std::string> layers;  ///< what ProgramOptions::shuffled_layers takes
};

/// From the scores back, each stage with all layers of the one before it and more: at most `most` stages, the
/// last of all layers, their steps as equal as can be. 0: one for each layer. `layers` as
/// `layers_with_weights` gives them.
std::vector<SanityStage> cascading_stages(std::span<const std::string> layers, std::int64_t most);
/// The same layers that the cascade's stages end with, each alone.
std::vector<SanityStage> independent_stages(std::span<const std::string> layers, std::int64_t most);

/// How much two maps are alike.
struct MapLikeness {
  std::optional<double> rank;         ///< rank correlation of the maps
  std::optional<double> signed_rank;  ///< rank correlation of the relevances, signs included
  double similarity = 0;              ///< structural similarity of the maps
};
/// InputError for maps of other shapes, or smaller than the window of the structural similarity.
MapLikeness likeness(const JudgedMap& a, const JudgedMap& b);

/// Means over images, with intervals.
struct MeanLikeness {
  MeanInterval rank, signed_rank, similarity;
};
MeanLikeness mean_likeness(std::span<const MapLikeness> images, const BootstrapOptions& options = {});

/// Of each image the mean rank correlation over the stages of the cascade where it is defined, and of those
/// the mean over images: `ranks[image][stage]`. Images without any are left out.
MeanInterval cascade_rank(std::span<const std::vector<std::optional<double>>> ranks,
                          const BootstrapOptions& options = {});

enum class SanityVerdict : std::uint8_t {
  Passes,  ///< shuffling layers makes other maps
  Unclear,
  Fails,  ///< the maps stay much the same
};
std::string_view name_of(SanityVerdict verdict);

/// Rank correlations, in absolute value, below and above which the verdict is clear.
inline constexpr double kSanityPasses = 0.4, kSanityFails = 0.6;

/// The verdict on a method by its `cascade_rank`: Passes when the whole interval is below kSanityPasses,
/// Fails when the mean is above kSanityFails, Unclear otherwise and where there is none. The mean over the
/// cascade rather than its end, since maps that follow the first layers' edges (guided back-propagation) stay
/// until those are shuffled, too.
SanityVerdict verdict_on(const MeanInterval& cascade_rank);

/// Rank correlation of the maps of two classes from which they are the same.
inline constexpr double kSameForClasses = 0.9;
/// Whether maps of the network as it is depend on the class that is explained: whether the mean rank
/// correlation with the maps of other classes is below kSameForClasses. None where maps are flat.
std::optional<bool> tells_classes_apart(const MeanLikeness& other_class);

}  // namespace fovea
