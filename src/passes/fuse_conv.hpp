#pragma once

#include "passes/pipeline.hpp"

namespace fovea::passes {

/// Joins a convolution with the sum and the Relu that follow it, where nothing else reads what lies between:
/// Relu(Conv(x, w, b) + s) becomes FusedConv(x, w, b, s). Of two convolutions that are added, the later one
/// takes the other as its sum. Runs after differentiation, on both directions.
ir::Graph fuse_conv(const ir::Graph& graph, Notes& notes);

}  // namespace fovea::passes
