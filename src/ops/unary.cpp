#include "ops/unary.hpp"

#include "base/dispatch.hpp"

namespace fovea::ops {

std::vector<ir::TensorType> same_type(const ir::InferCall& call) {
  return {call.type(0)};
}

std::vector<ir::TensorType> floating_type(const ir::InferCall& call) {
  FOVEA_CHECK(is_floating(call.dtype(0)), "expected a floating operand, found {}", name_of(call.dtype(0)));
  return {call.type(0)};
}

std::vector<ir::TensorType> mask_type(const ir::InferCall& call) {
  return {{DType::Bool, floating_type(call).front().shape}};
}

std::vector<ir::TensorType> numeric_type(const ir::InferCall& call) {
  FOVEA_CHECK(is_numeric(call.dtype(0)), "expected a floating or int64 operand, found {}",
              name_of(call.dtype(0)));
  return {call.type(0)};
}

std::vector<ir::TensorType> same_type_pair(const ir::InferCall& call) {
  FOVEA_CHECK(call.type(0) == call.type(1), "expected two operands of one type, found {} {} and {} {}",
              name_of(call.dtype(0)), to_string(call.shape(0)), name_of(call.dtype(1)),
              to_string(call.shape(1)));
  return {call.type(0)};
}

}  // namespace fovea::ops
