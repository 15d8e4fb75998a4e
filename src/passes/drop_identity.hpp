#pragma once

#include "passes/pipeline.hpp"

namespace fovea::passes {

/// Drops what changes nothing: Identity (which Dropout is at inference), a Reshape or Expand to the shape at
/// hand, a Cast to the type at hand.
ir::Graph drop_identity(const ir::Graph& graph, Notes& notes);

}  // namespace fovea::passes
