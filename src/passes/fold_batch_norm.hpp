#pragma once

#include "passes/pipeline.hpp"

namespace fovea::passes {

/// Folds a BatchNormalization into the Conv or ConvTranspose before it, whose result nothing else reads, or
/// into the Conv after it, when that one has no padding (a padded zero would not be shifted) and is the only
/// reader. Folded weights are computed in double. A BatchNormalization with no such neighbour stays.
ir::Graph fold_batch_norm(const ir::Graph& graph, Notes& notes);

}  // namespace fovea::passes
