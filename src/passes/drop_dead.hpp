#pragma once

#include "passes/pipeline.hpp"

namespace fovea::passes {

/// Drops every node and constant that no output depends on.
ir::Graph drop_dead(const ir::Graph& graph, Notes& notes);

}  // namespace fovea::passes
