#pragma once

#include "passes/pipeline.hpp"

namespace fovea::passes {

/// Replaces every node whose inputs are all constants by its result.
ir::Graph fold_constants(const ir::Graph& graph, Notes& notes);

/// The same, but leaves transposed weights as they are: large networks would hold them twice.
ir::Graph fold_all_but_transposed_weights(const ir::Graph& graph, Notes& notes);

/// Whether the node transposes a constant matrix for matrix products alone, as their right operand, which can
/// read it as it is stored.
bool is_transposed_weights(const ir::Graph& graph, const ir::Node& node);

}  // namespace fovea::passes
