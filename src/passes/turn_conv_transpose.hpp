#pragma once

#include "passes/pipeline.hpp"

namespace fovea::passes {

/// Writes every ConvTranspose of stride 1 with constant weights as a Conv with those weights transposed and
/// flipped: libraries run forward convolutions faster than their gradients, and the same fusion serves both.
ir::Graph turn_conv_transpose(const ir::Graph& graph, Notes& notes);

}  // namespace fovea::passes
