#pragma once

#include "passes/pipeline.hpp"

namespace fovea::passes {

/// Lets the backward pass keep one truth value for each element instead of an activation: ReluGradient(dy, y)
/// becomes Masked(dy, ReluMask(y)) and ClipGradient(dy, x) becomes Masked(dy, ClipMask(x)), the mask made
/// right after the value that it looks at.
ir::Graph save_masks(const ir::Graph& graph, Notes& notes);

}  // namespace fovea::passes
