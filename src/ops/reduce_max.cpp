#include "ops/reduce_max.hpp"

#include "ops/axis_rules.hpp"
#include "ops/reach_rules.hpp"
#include "ops/reduce.hpp"

#include <algorithm>
#include <limits>

namespace fovea::ops {
namespace {

void kernel(const ir::KernelCall& call) {
  const auto& a = call.attributes.as<ReduceAttributes>();
  dispatch_numeric(call.dtype(0), [&]<class T>(T) {
    using Limits = std::numeric_limits<T>;
    const T* x = call.input<T>(0);
    T* y = call.output<T>();
    const T lowest = Limits::has_infinity ? -Limits::infinity() : Limits::lowest();
    std::fill(y, y + call.outputs[0].shape.elements(), lowest);
    for_each_reduced(call.shape(0), a.axes, [&](std::int64_t i, std::int64_t o) {
      if (x[i] > y[o] || x[i] != x[i])  // a NaN, once there, is never replaced
        y[o] = x[i];
    });
  });
}

std::vector<ir::TensorType> gradient_type(const ir::InferCall& call) {
  const ir::TensorType* x = call.inputs[1];
  FOVEA_CHECK(call.has(1) && call.type(0) == call.type(2), "expected dy and y of one type");
  FOVEA_CHECK(call.type(0) == reduce_type({call.attributes, {&x, 1}}).front(),
              "dy of {} does not fit x of {}", to_string(call.shape(0)), to_string(x->shape));
  return {*x};
}

void gradient_kernel(const ir::KernelCall& call) {
  const auto& a = call.attributes.as<ReduceAttributes>();
  dispatch_floating(call.dtype(0), [&]<class T>(T) {
    const T* dy = call.input<T>(0);
    const T* x = call.input<T>(1);
    const T* y = call.input<T>(2);
    T* dx = call.output<T>();
    std::vector<T> ties(static_cast<std::size_t>(call.count(0)), T(0));
    for_each_reduced(call.shape(1), a.axes, [&](std::int64_t i, std::int64_t o) {
      ties[static_cast<std::size_t>(o)] += x[i] == y[o] ? T(1) : T(0);
    });
    for_each_reduced(call.shape(1), a.axes, [&](std::int64_t i, std::int64_t o) {
      dx[i] = x[i] == y[o] ? dy[o] / ties[static_cast<std::size_t>(o)] : T(0);
    });
  });
}

std::vector<ir::ValueId> gradient(ir::GradientContext& c) {
  return {c.emit(reduce_max_gradient(), {c.dy(), c.x(), c.y()}, c.node().attributes)};
}

}  // namespace

const ir::Operator& reduce_max() {
  static const ir::Operator op{"ReduceMax",
                               {"x"},
                               reduce_type,
                               kernel,
                               gradient,
                               ReduceAttributes{},
                               {.sign = ir::ResultSign::OfFirst,
                                .relevance = ir::Relevance::Routed,
                                .reach = reduce_reach,
                                .axes = reduce_axes}};
  return op;
}

const ir::Operator& reduce_max_gradient() {
  static const ir::Operator op{"ReduceMaxGradient",
                               {"dy", "x", "y"},
                               gradient_type,
                               gradient_kernel,
                               ir::not_differentiable("second derivatives are not computed"),
                               ReduceAttributes{}};
  return op;
}

}  // namespace fovea::ops
