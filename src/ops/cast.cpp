#include "ops/cast.hpp"

#include "base/convert.hpp"
#include "base/dispatch.hpp"
#include "ir/gradient_context.hpp"

namespace fovea::ops {
namespace {

std::vector<ir::TensorType> infer(const ir::InferCall& call) {
  return {{call.attributes.as<CastAttributes>().to, call.shape(0)}};
}

void kernel(const ir::KernelCall& call) {
  dispatch(call.dtype(0), [&]<class From>(From) {
    dispatch(call.outputs[0].dtype, [&]<class To>(To) {
      const From* x = call.input<From>(0);
      To* y = call.output<To>();
      for (std::int64_t i = 0, n = call.count(0); i < n; ++i)
        y[i] = convert<To>(x[i]);
    });
  });
}

std::vector<ir::ValueId> gradient(ir::GradientContext& c) {
  if (!is_floating(c.dtype(c.x())) || !is_floating(c.dtype(c.y())))
    return {ir::kNoValue};
  return {c.emit(cast(), {c.dy()}, CastAttributes{.to = c.dtype(c.x())})};
}

}  // namespace

const ir::Operator& cast() {
  static const ir::Operator op{"Cast",
                               {"x"},
                               infer,
                               kernel,
                               gradient,
                               CastAttributes{},
                               {.pointwise = true,
                                .moves_elements = true,
                                .sign = ir::ResultSign::OfFirst,
                                .relevance = ir::Relevance::Routed}};
  return op;
}

}  // namespace fovea::ops
