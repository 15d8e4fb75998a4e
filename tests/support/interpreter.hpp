#pragma once

#include "ir/graph.hpp"

namespace fovea::test {

/// Runs a graph with the reference kernels, node by node, and returns its outputs. `inputs` are in the
/// graph's order.
std::vector<Tensor> interpret(const ir::Graph& graph, const std::vector<Tensor>& inputs);

}  // namespace fovea::test
