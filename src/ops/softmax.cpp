#include "ops/softmax.hpp"

#include "base/dispatch.hpp"
#include "ir/gradient_context.hpp"
#include "ops/reach_rules.hpp"
#include "ops/unary.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace fovea::ops {
namespace {

void kernel(const ir::KernelCall& call) {
  dispatch_floating(call.dtype(0), [&]<class T>(T) {
    const T* x = call.input<T>(0);
    T* y = call.output<T>();
    for_each_line(call.shape(0), call.attributes.as<SoftmaxAttributes>().axis,
                  [&](std::int64_t first, std::int64_t count, std::int64_t step) {
                    T largest = -std::numeric_limits<T>::infinity(), sum = 0;
                    for (std::int64_t k = 0; k < count; ++k)
                      largest = std::max(largest, x[first + k * step]);
                    for (std::int64_t k = 0; k < count; ++k)
                      sum += y[first + k * step] = std::exp(x[first + k * step] - largest);
                    for (std::int64_t k = 0; k < count; ++k)
                      y[first + k * step] /= sum;
                  });
  });
}

void gradient_kernel(const ir::KernelCall& call) {
  dispatch_floating(call.dtype(0), [&]<class T>(T) {
    const T* dy = call.input<T>(0);
    const T* y = call.input<T>(1);
    T* dx = call.output<T>();
    for_each_line(call.shape(0), call.attributes.as<SoftmaxAttributes>().axis,
                  [&](std::int64_t first, std::int64_t count, std::int64_t step) {
                    T sum = 0;
                    for (std::int64_t k = 0; k < count; ++k)
                      sum += dy[first + k * step] * y[first + k * step];
                    for (std::int64_t k = 0; k < count; ++k)
                      dx[first + k * step] = y[first + k * step] * (dy[first + k * step] - sum);
                  });
  });
}

}  // namespace

std::vector<ir::TensorType> softmax_type(const ir::InferCall& call) {
  const std::int64_t axis = call.attributes.as<SoftmaxAttributes>().axis;
  FOVEA_CHECK(is_floating(call.dtype(0)), "expected a floating operand, found {}", name_of(call.dtype(0)));
  FOVEA_CHECK(axis >= 0 && axis < call.shape(0).rank(), "axis {} is outside a tensor of {}", axis,
              to_string(call.shape(0)));
  for (std::size_t i = 1; i < call.inputs.size(); ++i)
    FOVEA_CHECK(call.type(i) == call.type(0), "expected operands of one type");
  return {call.type(0)};
}

const ir::Operator& softmax() {
  static const ir::Operator op{"Softmax",
                               {"x"},
                               softmax_type,
                               kernel,
                               from_y<softmax_gradient>,
                               SoftmaxAttributes{},
                               {.sign = ir::ResultSign::NonNegative,
                                .gate = ir::Gate::IntoZeroToOne,
                                .relevance = ir::Relevance::PassThrough,
                                .reach = mixing_reach<SoftmaxAttributes>}};
  return op;
}

const ir::Operator& softmax_gradient() {
  static const ir::Operator op{"SoftmaxGradient",
                               {"dy", "y"},
                               softmax_type,
                               gradient_kernel,
                               ir::not_differentiable("second derivatives are not computed"),
                               SoftmaxAttributes{}};
  return op;
}

}  // namespace fovea::ops
