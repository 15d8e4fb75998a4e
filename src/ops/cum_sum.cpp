#include "ops/cum_sum.hpp"

#include "base/dispatch.hpp"
#include "ir/gradient_context.hpp"
#include "ops/arithmetic.hpp"
#include "ops/reach_rules.hpp"
#include "ops/softmax.hpp"

namespace fovea::ops {
namespace {

std::vector<ir::TensorType> infer(const ir::InferCall& call) {
  const std::int64_t axis = call.attributes.as<CumSumAttributes>().axis;
  FOVEA_CHECK(is_numeric(call.dtype(0)), "expected a floating or int64 operand, found {}",
              name_of(call.dtype(0)));
  FOVEA_CHECK(axis >= 0 && axis < call.shape(0).rank(), "axis {} is not an axis of a tensor of {}", axis,
              to_string(call.shape(0)));
  return {call.type(0)};
}

void kernel(const ir::KernelCall& call) {
  const auto& a = call.attributes.as<CumSumAttributes>();
  dispatch_numeric(call.dtype(0), [&]<class T>(T) {
    const T* x = call.input<T>(0);
    T* y = call.output<T>();
    for_each_line(call.shape(0), a.axis, [&](std::int64_t first, std::int64_t count, std::int64_t step) {
      T sum = 0;
      for (std::int64_t k = 0; k < count; ++k) {
        const std::int64_t at = first + (a.reverse != 0 ? count - 1 - k : k) * step;
        const T before = sum;
        sum = Sum()(sum, x[at]);
        y[at] = a.exclusive != 0 ? before : sum;
      }
    });
  });
}

/// Each element reaches those behind it, so the gradient is the same sum the other way.
std::vector<ir::ValueId> gradient(ir::GradientContext& c) {
  CumSumAttributes a = c.attributes<CumSumAttributes>();
  a.reverse = a.reverse != 0 ? 0 : 1;
  return {c.emit(cum_sum(), {c.dy()}, a)};
}

}  // namespace

const ir::Operator& cum_sum() {
  static const ir::Operator op{
      "CumSum",
      {"x"},
      infer,
      kernel,
      gradient,
      CumSumAttributes{},
      {.relevance = ir::Relevance::FixedSum, .reach = mixing_reach<CumSumAttributes>}};
  return op;
}

}  // namespace fovea::ops
