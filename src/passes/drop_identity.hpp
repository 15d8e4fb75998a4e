#pragma once

#include "passes/pipeline.hpp"

namespace fovea::passes {

/// Drops nodes without effect: Identity (also Dropout at inference), a Reshape or Expand to the same shape, a
/// Cast to the same type.
ir::Graph drop_identity(const ir::Graph& graph, Notes& notes);

}  // namespace fovea::passes
