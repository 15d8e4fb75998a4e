#pragma once

#include "passes/pipeline.hpp"

namespace fovea::passes {

/// Writes every ConvTranspose of stride 1 with constant weights as a Conv with those weights transposed and
/// flipped: libraries run forward convolutions faster than their gradients, and the same fusion serves both.
/// A larger stride with few output channels, as of the first layer of a network, becomes a Conv that makes
/// every phase of the finer grid as channels of its own, and DepthToSpace: kernels work on many channels at a
/// time.
ir::Graph conv_transpose_to_conv(const ir::Graph& graph, Notes& notes);

}  // namespace fovea::passes
