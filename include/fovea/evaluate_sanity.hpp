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

enum class SanityVerdict : std::uint8_t {
  Passes,  ///< the maps of the network with shuffled weights are others
  Unclear,
  Fails,  ///< they are much the same
};
std::string_view name_of(SanityVerdict verdict);

/// Rank correlations, in absolute value, below and above which the verdict is clear.
inline constexpr double kSanityPasses = 0.3, kSanityFails = 0.5;

/// The verdict on a method, by the rank correlation of its maps with those of the network whose layers are
/// all shuffled: Passes when its whole interval is below kSanityPasses, Fails when its mean is above
/// kSanityFails, Unclear otherwise and where there is none.
SanityVerdict verdict_on(const MeanLikeness& all_layers_shuffled);

}  // namespace fovea
