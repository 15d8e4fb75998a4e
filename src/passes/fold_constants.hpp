#pragma once

#include "passes/pipeline.hpp"

namespace fovea::passes {

/// Replaces every node whose inputs are all constants by its result.
ir::Graph fold_constants(const ir::Graph& graph, Notes& notes);

}  // namespace fovea::passes
