#pragma once

#include "ir/graph.hpp"

namespace fovea::passes {

/// Joins neighbouring nodes that work element by element into FusedPointwise nodes, which walk memory once.
/// `is_fusable` says of which nodes a kernel can make steps; they have one output. All nodes that are joined
/// have results of one shape, and belong either all to what the outputs that depend on the first input alone
/// need, or none of them does, so that the scores can be computed without what only the gradient needs. Nodes
/// stay in the order of their dependencies.
ir::Graph fuse_pointwise(const ir::Graph& graph,
                         bool (*is_fusable)(const ir::Graph& graph, const ir::Node& node));

}  // namespace fovea::passes
