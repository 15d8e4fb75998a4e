#pragma once

#include "ir/graph.hpp"

namespace fovea {

/// Multiply-adds of all convolutions and matrix products of a graph.
std::int64_t multiply_adds(const ir::Graph& graph);

}  // namespace fovea
