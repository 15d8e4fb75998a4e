#include "ops/comparison.hpp"

namespace fovea::ops {

std::vector<ir::TensorType> comparison_type(const ir::InferCall& call) {
  check_same_dtype(call);
  return {{DType::Bool, broadcast(call.shape(0), call.shape(1))}};
}

std::vector<ir::TensorType> logical_type(const ir::InferCall& call) {
  FOVEA_CHECK(call.dtype(0) == DType::Bool, "expected bool operands, found {}", name_of(call.dtype(0)));
  return comparison_type(call);
}

}  // namespace fovea::ops
