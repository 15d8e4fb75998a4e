#pragma once

#include "passes/pipeline.hpp"

namespace fovea::passes {

/// Replaces saved activations by masks with one truth value for each element: ReluGradient(dy, y) becomes
/// Masked(dy, ReluMask(y)) and ClipGradient(dy, x) becomes Masked(dy, ClipMask(x)), where the mask is made
/// right after the value that it is computed from.
ir::Graph save_masks(const ir::Graph& graph, Notes& notes);

}  // namespace fovea::passes
