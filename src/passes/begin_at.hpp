#pragma once

#include "ir/graph.hpp"

namespace fovea::passes {

/// The graph that computes the outputs from a value of the original, which becomes the first input. Inputs of
/// the original follow, as far as the outputs depend on them other than through that value. The value is no
/// output any more. InternalError if the value is an input or a constant.
ir::Graph begin_at(const ir::Graph& graph, ir::ValueId value);

}  // namespace fovea::passes
