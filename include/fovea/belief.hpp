#pragma once

#include "fovea/tensor.hpp"

#include <span>

namespace fovea {

/// What a map tells of every pixel: the log odds that it belongs to the object,
///
///     steepness * log( M / (level * sum M^2 / sum M) ),   within +-kMaxLogOdds.
///
/// sum M^2 / sum M is the map's mean weighted by the map itself: it rises as the map gathers in few pixels,
/// so that a small object is not given the area of a large one. How steepness and level were found is told in
/// docs/localization.md.
struct BeliefOptions {
  double steepness = 2.0;  ///< nats for a value e times another one; above 0
  double level = 0.65;     ///< where the odds are even, as a share of the self-weighted mean; above 0
  /// Weight of -log p(colour | label) in a cut that is led by the map as well.
  double colour_weight = 0.2;
  /// Weight of the contrast term of such a cut.
  double smoothness = 15.0;
};

inline constexpr double kMaxLogOdds = 8.0;

/// Log odds of object for each pixel of a map [H,W] of F32 or F64: [H,W] F32, in nats. Values below a
/// fiftieth of the mean count as that. InputError for another shape or type, values that are negative or not
/// finite, a map that is 0 everywhere, and options out of range.
Tensor object_log_odds(const Tensor& map, const BeliefOptions& options = {});

/// The geometric mean of maps [H,W] of one size, F32 or F64, each over its own mean and with a fiftieth of it
/// added, so that a zero in one map does not silence the others: [H,W] F32. Maps whose values are all equal
/// say nothing and are left out; a single map that is left is given back as it is. InputError for no map,
/// none with contrast, negative values among several maps, and shapes or values that `object_log_odds` would
/// refuse.
Tensor multiply_maps(std::span<const Tensor> maps);

}  // namespace fovea
