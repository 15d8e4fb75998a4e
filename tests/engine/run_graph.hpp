#pragma once

#include "backend/backend.hpp"

#include <vector>

namespace fovea::test {

/// Runs a whole graph on a backend, in one thread and without the engine: every buffer has memory of its own,
/// filled with ones in every bit (a NaN) beforehand. `inputs` are in the graph's order. Returns the graph's
/// outputs.
std::vector<Tensor> run_graph(const backend::Backend& backend, const ir::Graph& graph,
                              const std::vector<Tensor>& inputs);

}  // namespace fovea::test
