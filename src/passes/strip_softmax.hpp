#pragma once

#include "passes/pipeline.hpp"

namespace fovea::passes {

/// Removes a Softmax or LogSoftmax that ends in an output of the graph (reshapes may follow it), so that the
/// output holds unnormalised scores, and notes its name.
ir::Graph strip_softmax(const ir::Graph& graph, Notes& notes);

}  // namespace fovea::passes
