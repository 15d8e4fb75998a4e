#pragma once

#include "base/dispatch.hpp"
#include "base/strided_walk.hpp"
#include "ir/gradient_context.hpp"

namespace fovea::ops {

/// The common shape of two operands after NumPy's rule (extents aligned at the right; 1 stretches);
/// InputError when they do not fit.
Shape broadcast(const Shape& a, const Shape& b);

/// Row-major strides (in elements) to read an operand of shape `from` as if it had shape `to`: 0 along
/// stretched axes.
std::vector<std::int64_t> broadcast_strides(const Shape& from, const Shape& to);

/// A walk over any number of operands under one shape, with as few axes as possible: extents of 1 are
/// dropped, and neighbouring axes are merged if all operands traverse them evenly. There is at least one
/// axis.
struct OperandWalk {
  std::vector<std::int64_t> extents;
  std::vector<std::vector<std::int64_t>> strides;  ///< by operand, then by axis, in elements
};
OperandWalk merge_axes(const std::vector<std::int64_t>& extents,
                       const std::vector<std::vector<std::int64_t>>& strides);

/// The walk of two operands under one shape.
OperandWalk merge_axes(const Shape& shape, const std::vector<std::int64_t>& a_strides,
                       const std::vector<std::int64_t>& b_strides);

/// How many runs along the last axis a walk has.
inline std::int64_t count_runs(const OperandWalk& walk) {
  std::int64_t runs = 1;
  for (std::size_t axis = 0; axis + 1 < walk.extents.size(); ++axis)
    runs *= walk.extents[axis];
  return runs;
}

/// The runs of a walk, from run number `first` on: their first elements' offsets.
inline StridedWalk walk_runs(const OperandWalk& walk, std::int64_t first = 0) {
  return StridedWalk({walk.extents.data(), walk.extents.size() - 1}, walk.strides, first);
}

/// Calls f(i, a, b, count, a_step, b_step) for every run along the last axis of a walk of two operands:
/// elements i + k of the result, a + k * a_step and b + k * b_step of the operands, k < count.
template <class F>
void for_each_run(const OperandWalk& walk, F&& f) {
  const std::int64_t count = walk.extents.back(), runs = count_runs(walk);
  StridedWalk at = walk_runs(walk);
  for (std::int64_t run = 0; run < runs; ++run, at.next())
    f(run * count, at.offset(0), at.offset(1), count, walk.strides[0].back(), walk.strides[1].back());
}

/// Calls f(i, a, b) for every element of `shape` in row-major order, i counting up and a, b being the element
/// offsets under the two sets of strides.
template <class F>
void for_each_pair(const Shape& shape, const std::vector<std::int64_t>& a_strides,
                   const std::vector<std::int64_t>& b_strides, F&& f) {
  for_each_run(merge_axes(shape, a_strides, b_strides),
               [&](std::int64_t i, std::int64_t a, std::int64_t b, std::int64_t count, std::int64_t a_step,
                   std::int64_t b_step) {
                 for (std::int64_t k = 0; k < count; ++k)
                   f(i + k, a + k * a_step, b + k * b_step);
               });
}

/// InputError unless the first two operands have one element type.
void check_same_dtype(const ir::InferCall& call);

/// Shape rule of an element-wise operator of two operands of one element type (floating or int64), with
/// broadcasting.
std::vector<ir::TensorType> binary_type(const ir::InferCall& call);

/// z = f(a, b) with broadcasting, for operands of type T and a result of type Z. Runs in which the operands
/// advance by 0 or 1, nearly all, are loops that the compiler can vectorise.
template <class T, class Z, class Function>
void broadcast_kernel(const ir::KernelCall& call, Function f) {
  const T* a_data = call.input<T>(0);
  const T* b_data = call.input<T>(1);
  Z* z_data = call.output<Z>();
  const Shape& shape = call.outputs[0].shape;
  const auto walk =
      merge_axes(shape, broadcast_strides(call.shape(0), shape), broadcast_strides(call.shape(1), shape));
  for_each_run(walk, [&](std::int64_t i, std::int64_t ia, std::int64_t ib, std::int64_t count,
                         std::int64_t a_step, std::int64_t b_step) {
    const T* a = a_data + ia;
    const T* b = b_data + ib;
    Z* z = z_data + i;
    if (a_step == 1 && b_step == 1) {
      for (std::int64_t k = 0; k < count; ++k)
        z[k] = f(a[k], b[k]);
    } else if (a_step == 1 && b_step == 0) {
      for (std::int64_t k = 0; k < count; ++k)
        z[k] = f(a[k], *b);
    } else {
      for (std::int64_t k = 0; k < count; ++k)
        z[k] = f(a[k * a_step], b[k * b_step]);
    }
  });
}

/// Kernel of z = f(a, b) with broadcasting, for float, double and int64.
template <class Function>
void binary_kernel(const ir::KernelCall& call) {
  dispatch_numeric(call.dtype(0), [&]<class T>(T) { broadcast_kernel<T, T>(call, Function()); });
}

/// The gradient of broadcasting: sums `gradient` over the axes along which an operand of shape `shape` was
/// stretched.
ir::ValueId sum_to_shape(ir::GradientContext& c, ir::ValueId gradient, const Shape& shape);

}  // namespace fovea::ops
