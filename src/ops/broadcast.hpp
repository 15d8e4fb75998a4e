#pragma once

#include "base/dispatch.hpp"
#include "ir/gradient_context.hpp"

namespace fovea::ops {

/// The common shape of two operands after NumPy's rule (extents aligned at the right; 1 stretches); InputError when they
/// do not fit.
Shape broadcast(const Shape& a, const Shape& b);

/// Row-major strides (in elements) to read an operand of shape `from` as if it had shape `to`: 0 along stretched axes.
std::vector<std::int64_t> broadcast_strides(const Shape& from, const Shape& to);

/// Calls f(i, a, b) for every element of `shape` in row-major order, i counting up and a, b being the element offsets
/// under the two sets of strides.
template <class F>
void for_each_pair(const Shape& shape, const std::vector<std::int64_t>& a_strides,
                   const std::vector<std::int64_t>& b_strides, F&& f) {
  const auto rank = static_cast<std::size_t>(shape.rank());
  std::vector<std::int64_t> index(rank, 0);
  std::int64_t a = 0, b = 0;
  for (std::int64_t i = 0, n = shape.elements(); i < n; ++i) {
    f(i, a, b);
    for (std::size_t axis = rank; axis-- > 0;) {
      a += a_strides[axis];
      b += b_strides[axis];
      if (++index[axis] < shape.dims()[axis])
        break;
      a -= a_strides[axis] * index[axis];
      b -= b_strides[axis] * index[axis];
      index[axis] = 0;
    }
  }
}

/// Shape rule of an element-wise operator of two operands of one element type, with broadcasting.
std::vector<ir::TensorType> binary_type(const ir::InferCall& call);

/// Kernel of z = f(a, b) with broadcasting, for float, double and int64.
template <class Function>
void binary_kernel(const ir::KernelCall& call) {
  dispatch_numeric(call.dtype(0), [&]<class T>(T) {
    const Function f;
    const T* a = call.input<T>(0);
    const T* b = call.input<T>(1);
    T* out = call.output<T>();
    const Shape& shape = call.outputs[0].shape;
    for_each_pair(shape, broadcast_strides(call.shape(0), shape), broadcast_strides(call.shape(1), shape),
                  [&](std::int64_t i, std::int64_t ia, std::int64_t ib) { out[i] = f(a[ia], b[ib]); });
  });
}

/// The gradient of broadcasting: sums `gradient` over the axes along which an operand of shape `shape` was stretched.
ir::ValueId sum_to_shape(ir::GradientContext& c, ir::ValueId gradient, const Shape& shape);

}  // namespace fovea::ops
