#include "ops/reduce_mean.hpp"

#include "ops/axis_rules.hpp"
#include "ops/expand.hpp"
#include "ops/mul.hpp"
#include "ops/reach_rules.hpp"
#include "ops/reduce.hpp"
#include "ops/reshape.hpp"

#include <algorithm>

namespace fovea::ops {
namespace {

std::vector<ir::TensorType> infer(const ir::InferCall& call) {
  FOVEA_CHECK(is_floating(call.dtype(0)), "expected a floating operand, found {}", name_of(call.dtype(0)));
  return reduce_type(call);
}

/// The number of elements of x for each element of the result.
std::int64_t reduced_count(const Shape& x, const std::vector<std::int64_t>& axes) {
  std::int64_t count = 1;
  for (std::int64_t axis : axes)
    count *= x[axis];
  return count;
}

void kernel(const ir::KernelCall& call) {
  const auto& a = call.attributes.as<ReduceAttributes>();
  dispatch_floating(call.dtype(0), [&]<class T>(T) {
    const T* x = call.input<T>(0);
    T* y = call.output<T>();
    const std::int64_t elements = call.outputs[0].shape.elements();
    std::fill(y, y + elements, T(0));
    for_each_reduced(call.shape(0), a.axes, [&](std::int64_t i, std::int64_t o) { y[o] += x[i]; });
    const T count = static_cast<T>(reduced_count(call.shape(0), a.axes));
    for (std::int64_t o = 0; o < elements; ++o)
      y[o] /= count;
  });
}

std::vector<ir::ValueId> gradient(ir::GradientContext& c) {
  const auto& a = c.attributes<ReduceAttributes>();
  const Shape x = c.shape(c.x());
  const double share = 1.0 / static_cast<double>(reduced_count(x, a.axes));
  const ir::ValueId dy = c.emit(mul(), {c.dy(), c.scalar(share, c.dtype(c.dy()))});
  const ir::ValueId kept = c.emit(reshape(), {dy}, ReshapeAttributes{.shape = kept_shape(x, a.axes)});
  return {c.emit(expand(), {kept}, ExpandAttributes{.shape = x})};
}

}  // namespace

const ir::Operator& reduce_mean() {
  static const ir::Operator op{"ReduceMean",
                               {"x"},
                               infer,
                               kernel,
                               gradient,
                               ReduceAttributes{},
                               {.sign = ir::ResultSign::OfFirst,
                                .relevance = ir::Relevance::FixedSum,
                                .reach = reduce_reach,
                                .axes = reduce_axes}};
  return op;
}

}  // namespace fovea::ops
