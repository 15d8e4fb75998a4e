#pragma once

#include "passes/pipeline.hpp"

namespace fovea::passes {

/// Merges a Transpose of a Transpose into one, or into nothing if they cancel each other, like those between
/// a picture with channels last and a convolution.
ir::Graph merge_transposes(const ir::Graph& graph, Notes& notes);

}  // namespace fovea::passes
