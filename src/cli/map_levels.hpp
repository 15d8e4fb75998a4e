#pragma once

#include "fovea/display.hpp"
#include "fovea/methods.hpp"
#include "fovea/saliency.hpp"

namespace fovea::cli {

/// The values of a map that are shown black and white.
struct ShownLevels {
  double black = 0, white = 0;
};

/// White as the range has it. Black is 0, but where channels share a value its smallest: RISE's maps stand on
/// the probability that a random mask leaves.
ShownLevels shown_levels(const SaliencyMap& result, const MethodInfo& info, const DisplayRange& range);
/// The map as a grey picture between its levels.
Image grey_of(const Tensor& map, const ShownLevels& levels, double gamma);

}  // namespace fovea::cli
