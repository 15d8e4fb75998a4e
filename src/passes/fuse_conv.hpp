#pragma once

#include "passes/pipeline.hpp"

namespace fovea::passes {

/// Fuses a convolution with the following sum and Relu if nothing else reads the values in between:
/// Relu(Conv(x, w, b) + s) becomes FusedConv(x, w, b, s). Of two convolutions that are added, the later one
/// takes the other as its sum. Runs after differentiation, on both directions.
ir::Graph fuse_conv(const ir::Graph& graph, Notes& notes);

}  // namespace fovea::passes
