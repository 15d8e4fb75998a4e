#pragma once

#include "passes/pipeline.hpp"

namespace fovea::passes {

/// Removes a Relu from which only a global average pooling and reshapes lead to an output, and notes its
/// name.
ir::Graph strip_final_relu(const ir::Graph& graph, Notes& notes);

}  // namespace fovea::passes
