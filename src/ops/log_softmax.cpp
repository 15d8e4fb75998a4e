#include "ops/log_softmax.hpp"

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
                      sum += std::exp(x[first + k * step] - largest);
                    const T log_sum = std::log(sum);
                    for (std::int64_t k = 0; k < count; ++k)
                      y[first + k * step] = x[first + k * step] - largest - log_sum;
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
                      sum += dy[first + k * step];
                    for (std::int64_t k = 0; k < count; ++k)
                      dx[first + k * step] = dy[first + k * step] - std::exp(y[first + k * step]) * sum;
                  });
  });
}

}  // namespace

const ir::Operator& log_softmax() {
  static const ir::Operator op{
      "LogSoftmax",
      {"x"},
      softmax_type,
      kernel,
      from_y<log_softmax_gradient>,
      SoftmaxAttributes{},
      {.relevance = ir::Relevance::PassThrough, .reach = mixing_reach<SoftmaxAttributes>}};
  return op;
}

const ir::Operator& log_softmax_gradient() {
  static const ir::Operator op{"LogSoftmaxGradient",
                               {"dy", "y"},
                               softmax_type,
                               gradient_kernel,
                               ir::not_differentiable("second derivatives are not computed"),
                               SoftmaxAttributes{}};
  return op;
}

}  // namespace fovea::ops
