#include "ops/reduce_prod.hpp"

#include "ops/arithmetic.hpp"
#include "ops/axis_rules.hpp"
#include "ops/reach_rules.hpp"
#include "ops/reduce.hpp"
#include "ops/unary.hpp"

#include <algorithm>

namespace fovea::ops {
namespace {

void kernel(const ir::KernelCall& call) {
  const auto& a = call.attributes.as<ReduceAttributes>();
  dispatch_numeric(call.dtype(0), [&]<class T>(T) {
    const T* x = call.input<T>(0);
    T* y = call.output<T>();
    std::fill(y, y + call.outputs[0].shape.elements(), T(1));
    for_each_reduced(call.shape(0), a.axes,
                     [&](std::int64_t i, std::int64_t o) { y[o] = Product()(y[o], x[i]); });
  });
}

std::vector<ir::TensorType> gradient_type(const ir::InferCall& call) {
  const ir::TensorType* x = call.inputs[1];
  FOVEA_CHECK(call.has(1) && call.type(0) == reduce_type({call.attributes, {&x, 1}}).front(),
              "dy of {} does not fit x", to_string(call.shape(0)));
  return {*x};
}

void gradient_kernel(const ir::KernelCall& call) {
  const auto& a = call.attributes.as<ReduceAttributes>();
  dispatch_floating(call.dtype(0), [&]<class T>(T) {
    const T* dy = call.input<T>(0);
    const T* x = call.input<T>(1);
    T* dx = call.output<T>();
    // The product of the elements that are not 0, and how many are.
    std::vector<T> products(static_cast<std::size_t>(call.count(0)), T(1));
    std::vector<std::int64_t> zeros(products.size(), 0);
    for_each_reduced(call.shape(1), a.axes, [&](std::int64_t i, std::int64_t o) {
      if (x[i] == T(0))
        ++zeros[static_cast<std::size_t>(o)];
      else
        products[static_cast<std::size_t>(o)] *= x[i];
    });
    for_each_reduced(call.shape(1), a.axes, [&](std::int64_t i, std::int64_t o) {
      const std::int64_t other_zeros = zeros[static_cast<std::size_t>(o)] - (x[i] == T(0) ? 1 : 0);
      const T others = products[static_cast<std::size_t>(o)] / (x[i] == T(0) ? T(1) : x[i]);
      dx[i] = other_zeros > 0 ? T(0) : dy[o] * others;
    });
  });
}

}  // namespace

const ir::Operator& reduce_prod() {
  static const ir::Operator op{"ReduceProd",
                               {"x"},
                               reduce_type,
                               kernel,
                               from_x<reduce_prod_gradient>,
                               ReduceAttributes{},
                               {.reach = reduce_reach, .axes = reduce_axes}};
  return op;
}

const ir::Operator& reduce_prod_gradient() {
  static const ir::Operator op{"ReduceProdGradient",
                               {"dy", "x"},
                               gradient_type,
                               gradient_kernel,
                               ir::not_differentiable("second derivatives are not computed"),
                               ReduceAttributes{}};
  return op;
}

}  // namespace fovea::ops
