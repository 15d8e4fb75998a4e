#include "ops/logical_not.hpp"

#include <algorithm>
#include <functional>

namespace fovea::ops {
namespace {

std::vector<ir::TensorType> infer(const ir::InferCall& call) {
  FOVEA_CHECK(call.dtype(0) == DType::Bool, "expected a bool operand, found {}", name_of(call.dtype(0)));
  return {call.type(0)};
}

void kernel(const ir::KernelCall& call) {
  const bool* x = call.input<bool>(0);
  std::transform(x, x + call.count(0), call.output<bool>(), std::logical_not<>());
}

}  // namespace

const ir::Operator& logical_not() {
  static const ir::Operator op{
      "Not", {"x"}, infer, kernel, ir::not_differentiable("its result is a truth value")};
  return op;
}

}  // namespace fovea::ops
