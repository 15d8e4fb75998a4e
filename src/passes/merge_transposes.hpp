#pragma once

#include "passes/pipeline.hpp"

namespace fovea::passes {

/// A Transpose of a Transpose becomes one from the first one's input, or nothing where the two undo each
/// other, as those between a picture with channels last and a convolution do.
ir::Graph merge_transposes(const ir::Graph& graph, Notes& notes);

}  // namespace fovea::passes
