#include "ops/extremum.hpp"

namespace fovea::ops {

std::vector<ir::TensorType> extremum_gradient_type(const ir::InferCall& call) {
  FOVEA_CHECK(call.dtype(0) == call.dtype(1) && call.dtype(0) == call.dtype(2),
              "expected operands of one element type");
  FOVEA_CHECK(broadcast(call.shape(1), call.shape(2)) == call.shape(0),
              "dy of {} does not fit operands of {} and {}", to_string(call.shape(0)),
              to_string(call.shape(1)), to_string(call.shape(2)));
  return {call.type(0)};
}

}  // namespace fovea::ops
