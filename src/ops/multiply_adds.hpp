#pragma once

#include "ir/graph.hpp"

namespace fovea::ops {

/// Multiply-adds of one node: of a convolution, of its transpose or of a matrix product; 0 of any other.
std::int64_t multiply_adds(const ir::Graph& graph, const ir::Node& node);

/// The same of all nodes together.
std::int64_t multiply_adds(const ir::Graph& graph);

}  // namespace fovea::ops
