#pragma once

#include "ops/broadcast.hpp"

namespace fovea::ops {

/// The function that Max and Min have in common. `Better` is std::greater<> or std::less<>.
template <class Better>
struct Extremum {
  template <class T>
  T operator()(T a, T b) const {
    return Better()(a, b) || a != a ? a : b;  // a != a: a NaN
  }
};

/// Shape rule of the gradient for a from (dy, a, b): dy's type.
std::vector<ir::TensorType> extremum_gradient_type(const ir::InferCall& call);

template <class Better>
void extremum_gradient_kernel(const ir::KernelCall& call) {
  dispatch_floating(call.dtype(0), [&]<class T>(T) {
    const T* dy = call.input<T>(0);
    const T* a = call.input<T>(1);
    const T* b = call.input<T>(2);
    T* da = call.output<T>();
    const Shape& shape = call.shape(0);
    for_each_pair(shape, broadcast_strides(call.shape(1), shape), broadcast_strides(call.shape(2), shape),
                  [&](std::int64_t i, std::int64_t ia, std::int64_t ib) {
                    da[i] = Better()(a[ia], b[ib]) ? dy[i] : a[ia] == b[ib] ? dy[i] / T(2) : T(0);
                  });
  });
}

/// Gradient rule; `op` is the operator of the gradient for a.
template <const ir::Operator& (*op)()>
std::vector<ir::ValueId> extremum_rule(ir::GradientContext& c) {
  std::vector<ir::ValueId> d = {ir::kNoValue, ir::kNoValue};
  for (std::size_t i : {0, 1})
    if (c.needs(i))
      d[i] = sum_to_shape(c, c.emit(op(), {c.dy(), c.x(i), c.x(1 - i)}), c.shape(c.x(i)));
  return d;
}

}  // namespace fovea::ops
