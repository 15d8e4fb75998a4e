#pragma once

#include "passes/pipeline.hpp"

namespace fovea::passes {

/// Replaces every ConvTranspose of stride 1 with constant weights by a Conv with transposed and flipped
/// weights: libraries run forward convolutions faster than their gradients, and the same fusions apply. A
/// ConvTranspose with a larger stride and few output channels, as of a network's first layer, becomes a Conv
/// that computes every phase of the finer grid as separate channels, followed by DepthToSpace, because
/// kernels are efficient for many channels. The bias of a strided ConvTranspose becomes an Add after it.
ir::Graph conv_transpose_to_conv(const ir::Graph& graph, Notes& notes);

}  // namespace fovea::passes
