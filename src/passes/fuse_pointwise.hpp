#pragma once

#include "ir/graph.hpp"

namespace fovea::passes {

/// Fuses neighbouring pointwise nodes into FusedPointwise nodes, which go through memory once. `is_fusable`
/// selects the nodes that a kernel can run as steps; they have one output. All fused nodes have results of
/// one shape, and either all or none of them are needed by the outputs that depend on the first input alone,
/// so that the scores can be computed without work for the gradient. Nodes stay in topological order.
ir::Graph fuse_pointwise(const ir::Graph& graph,
                         bool (*is_fusable)(const ir::Graph& graph, const ir::Node& node));

}  // namespace fovea::passes
