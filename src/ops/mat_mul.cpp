#include "ops/mat_mul.hpp"

#include "ops/arithmetic.hpp"
#include "ops/axis_rules.hpp"
#include "ops/broadcast.hpp"
#include "ops/reach_rules.hpp"
#include "ops/reshape.hpp"
#include "ops/transpose.hpp"

#include <algorithm>
#include <numeric>

namespace fovea::ops {
namespace {

/// The operands as stacks of matrices: a 1-D a is [1,K], a 1-D b [K,1].
Shape as_left(const Shape& a) {
  return a.rank() == 1 ? Shape{1, a[0]} : a;
}
Shape as_right(const Shape& b) {
  return b.rank() == 1 ? Shape{b[0], 1} : b;
}

Shape batch_of(const Shape& matrices) {
  return Shape(std::vector<std::int64_t>(matrices.begin(), matrices.end() - 2));
}

/// The result for stacks of matrices.
Shape stacked(const Shape& a, const Shape& b) {
  std::vector<std::int64_t> dims = broadcast(batch_of(a), batch_of(b)).dims();
  dims.push_back(a[a.rank() - 2]);
  dims.push_back(b[b.rank() - 1]);
  return Shape(std::move(dims));
}

std::vector<ir::TensorType> infer(const ir::InferCall& call) {
  const Shape& a = call.shape(0);
  const Shape& b = call.shape(1);
  FOVEA_CHECK(call.dtype(0) == call.dtype(1), "operands have element types {} and {}", name_of(call.dtype(0)),
              name_of(call.dtype(1)));
  FOVEA_CHECK(a.rank() >= 1 && b.rank() >= 1, "a scalar cannot be multiplied as a matrix");
  FOVEA_CHECK(a[a.rank() - 1] == as_right(b)[std::max<std::int64_t>(b.rank() - 2, 0)],
              "a of {} does not fit b of {}", to_string(a), to_string(b));
  std::vector<std::int64_t> dims = stacked(as_left(a), as_right(b)).dims();
  if (b.rank() == 1)
    dims.pop_back();
  if (a.rank() == 1)
    dims.erase(dims.end() - (b.rank() == 1 ? 1 : 2));
  return {{call.dtype(0), Shape(std::move(dims))}};
}

void kernel(const ir::KernelCall& call) {
  const Shape left = as_left(call.shape(0)), right = as_right(call.shape(1)), result = stacked(left, right);
  const std::int64_t M = left[left.rank() - 2], K = left[left.rank() - 1], N = right[right.rank() - 1];
  const Shape batch = batch_of(result);
  dispatch_numeric(call.dtype(0), [&]<class T>(T) {
    T* y = call.output<T>();
    std::fill(y, y + result.elements(), T(0));
    for_each_pair(batch, broadcast_strides(batch_of(left), batch), broadcast_strides(batch_of(right), batch),
                  [&](std::int64_t i, std::int64_t ia, std::int64_t ib) {
                    const T* a = call.input<T>(0) + ia * M * K;
                    const T* b = call.input<T>(1) + ib * K * N;
                    T* dst = y + i * M * N;
                    for (std::int64_t m = 0; m < M; ++m)
                      for (std::int64_t k = 0; k < K; ++k)
                        for (std::int64_t n = 0; n < N; ++n)
                          dst[m * N + n] = Sum()(dst[m * N + n], Product()(a[m * K + k], b[k * N + n]));
                  });
  });
}

ir::ValueId with_shape(ir::GradientContext& c, ir::ValueId value, const Shape& shape) {
  return c.shape(value) == shape ? value : c.emit(reshape(), {value}, ReshapeAttributes{.shape = shape});
}

/// Every matrix of the stack transposed.
ir::ValueId transposed(ir::GradientContext& c, ir::ValueId value) {
  std::vector<std::int64_t> perm(static_cast<std::size_t>(c.shape(value).rank()));
  std::iota(perm.begin(), perm.end(), 0);
  std::swap(perm[perm.size() - 1], perm[perm.size() - 2]);
  return c.emit(transpose(), {value}, TransposeAttributes{.perm = perm});
}

// da = dy b', db = a' dy, summed over the batches along which an operand was repeated.
std::vector<ir::ValueId> gradient(ir::GradientContext& c) {
  const Shape a = c.shape(c.x(0)), b = c.shape(c.x(1)), left = as_left(a), right = as_right(b);
  const ir::ValueId dy = with_shape(c, c.dy(), stacked(left, right));
  std::vector<ir::ValueId> dx(2, ir::kNoValue);
  if (c.needs(0)) {
    const ir::ValueId da = c.emit(mat_mul(), {dy, transposed(c, with_shape(c, c.x(1), right))});
    dx[0] = with_shape(c, sum_to_shape(c, da, left), a);
  }
  if (c.needs(1)) {
    const ir::ValueId db = c.emit(mat_mul(), {transposed(c, with_shape(c, c.x(0), left)), dy});
    dx[1] = with_shape(c, sum_to_shape(c, db, right), b);
  }
  return dx;
}

/// A matrix that is the same for every position, on the last axis: a 1x1 convolution with channels last.
Reach reach_rule(const ReachCall& call, std::size_t) {
  const Reach x = call.x();
  const bool on_channels = call.x(1).of == Reach::Of::Nothing && call.x_shape(1).rank() == 2 &&
                           !is_picture_axis(x, call.x_shape().rank() - 1);
  return on_channels ? x : kWholePicture;
}

/// The last axis of a and the one before the last of b are summed over.
AxisRoles axes_rule(const AxisCall& call, std::size_t) {
  AxisRoles result = call.unknown();
  const auto rank = static_cast<std::int64_t>(result.size());
  const std::int64_t ra = call.x_shape(0).rank(), rb = call.x_shape(1).rank();
  if (ra < 2 || rb < 2)
    return result;
  const Shape& y = call.y_shape();
  const auto axis_of_y = [&](std::int64_t axis) -> AxisParts& {
    return result[static_cast<std::size_t>(axis)];
  };
  for (std::int64_t axis = 3; axis <= rank; ++axis)  // from the end
    for (std::size_t i = 0; i < 2; ++i) {
      const std::int64_t at = call.x_shape(i).rank() - axis;
      if (call.depends(i) && at >= 0 && call.x_shape(i)[at] == y[rank - axis])
        axis_of_y(rank - axis) = join_axes(axis_of_y(rank - axis), call.x_axis(i, at));
    }
  axis_of_y(rank - 2) = call.depends(0) ? call.x_axis(0, ra - 2) : mixed_axis(call.x(1), rb - 2, y[rank - 2]);
  axis_of_y(rank - 1) = call.depends(1) ? call.x_axis(1, rb - 1) : mixed_axis(call.x(0), ra - 1, y[rank - 1]);
  return result;
}

std::int64_t terms(const ir::InferCall& call) {
  const Shape& a = call.shape(0);
  return a[a.rank() - 1];
}

}  // namespace

const ir::Operator& mat_mul() {
  static const ir::Operator op{"MatMul",
                               {"a", "b"},
                               infer,
                               kernel,
                               gradient,
                               {},
                               {.relevance = ir::Relevance::LinearLayer,
                                .reach = reach_rule,
                                .axes = axes_rule,
                                .axes_of_any_input = true,
                                .terms = terms,
                                .terms_are_products = true}};
  return op;
}

}  // namespace fovea::ops
