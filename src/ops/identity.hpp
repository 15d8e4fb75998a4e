#pragma once

#include "ir/operator.hpp"

namespace fovea::ops {

/// y = x. ONNX's Identity, and Dropout at inference. Any element type.
const ir::Operator& identity();

}  // namespace fovea::ops
