#pragma once

#include "passes/pipeline.hpp"

namespace fovea::passes {

/// Folds a BatchNormalization into the preceding Conv or ConvTranspose if nothing else reads that one's
/// result, or into the following Conv if that is the only reader and has no padding (a padded zero would not
/// be shifted). Folded weights are computed in double. Any other BatchNormalization stays.
ir::Graph fold_batch_norm(const ir::Graph& graph, Notes& notes);

}  // namespace fovea::passes
