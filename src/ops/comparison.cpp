#include "ops/comparison.hpp"

#include "base/check.hpp"
#include "ops/broadcast.hpp"

#include <algorithm>
#include <functional>

namespace fovea::ops {
namespace {

std::vector<ir::TensorType> comparison_type(const ir::InferCall& call) {
  check_same_dtype(call);
  return {{DType::Bool, broadcast(call.shape(0), call.shape(1))}};
}

std::vector<ir::TensorType> logical_type(const ir::InferCall& call) {
  FOVEA_CHECK(call.dtype(0) == DType::Bool, "expected bool operands, found {}", name_of(call.dtype(0)));
  return comparison_type(call);
}

/// z = f(a, b) with broadcasting, for every element type.
template <class Function>
ir::Operator comparison(std::string_view name, ir::Operator::Infer infer = comparison_type) {
  const auto kernel = [](const ir::KernelCall& call) {
    dispatch(call.dtype(0), [&]<class T>(T) { broadcast_kernel<T, bool>(call, Function()); });
  };
  return {name, {"a", "b"},         infer, kernel, ir::not_differentiable("its result is a truth value"),
          {},   {.pointwise = true}};
}

std::vector<ir::TensorType> not_type(const ir::InferCall& call) {
  FOVEA_CHECK(call.dtype(0) == DType::Bool, "expected a bool operand, found {}", name_of(call.dtype(0)));
  return {call.type(0)};
}

void not_kernel(const ir::KernelCall& call) {
  const bool* x = call.input<bool>(0);
  std::transform(x, x + call.count(0), call.output<bool>(), std::logical_not<>());
}

}  // namespace

const ir::Operator& equal() {
  static const ir::Operator op = comparison<std::equal_to<>>("Equal");
  return op;
}

const ir::Operator& greater() {
  static const ir::Operator op = comparison<std::greater<>>("Greater");
  return op;
}

const ir::Operator& greater_or_equal() {
  static const ir::Operator op = comparison<std::greater_equal<>>("GreaterOrEqual");
  return op;
}

const ir::Operator& less() {
  static const ir::Operator op = comparison<std::less<>>("Less");
  return op;
}

const ir::Operator& less_or_equal() {
  static const ir::Operator op = comparison<std::less_equal<>>("LessOrEqual");
  return op;
}

const ir::Operator& logical_and() {
  static const ir::Operator op = comparison<std::logical_and<>>("And", logical_type);
  return op;
}

const ir::Operator& logical_or() {
  static const ir::Operator op = comparison<std::logical_or<>>("Or", logical_type);
  return op;
}

const ir::Operator& logical_not() {
  static const ir::Operator op{"Not",
                               {"x"},
                               not_type,
                               not_kernel,
                               ir::not_differentiable("its result is a truth value"),
                               {},
                               {.pointwise = true}};
  return op;
}

}  // namespace fovea::ops
