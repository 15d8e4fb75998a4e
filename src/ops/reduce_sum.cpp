#include "ops/reduce_sum.hpp"

#include "ops/arithmetic.hpp"
#include "ops/axis_rules.hpp"
#include "ops/expand.hpp"
#include "ops/reach_rules.hpp"
#include "ops/reduce.hpp"
#include "ops/reshape.hpp"

#include <algorithm>

namespace fovea::ops {
namespace {

void kernel(const ir::KernelCall& call) {
  const auto& a = call.attributes.as<ReduceAttributes>();
  dispatch_numeric(call.dtype(0), [&]<class T>(T) {
    const T* x = call.input<T>(0);
    T* y = call.output<T>();
    std::fill(y, y + call.outputs[0].shape.elements(), T(0));
    for_each_reduced(call.shape(0), a.axes,
                     [&](std::int64_t i, std::int64_t o) { y[o] = Sum()(y[o], x[i]); });
  });
}

std::vector<ir::ValueId> gradient(ir::GradientContext& c) {
  const Shape x = c.shape(c.x());
  const Shape kept = kept_shape(x, c.attributes<ReduceAttributes>().axes);
  const ir::ValueId dy = c.emit(reshape(), {c.dy()}, ReshapeAttributes{.shape = kept});
  return {c.emit(expand(), {dy}, ExpandAttributes{.shape = x})};
}

}  // namespace

const ir::Operator& reduce_sum() {
  static const ir::Operator op{"ReduceSum",
                               {"x"},
                               reduce_type,
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
