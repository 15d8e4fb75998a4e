#include "ops/identity.hpp"

#include "ir/gradient_context.hpp"
#include "ops/unary.hpp"

#include <cstring>

namespace fovea::ops {
namespace {

void kernel(const ir::KernelCall& call) {
  const auto bytes = static_cast<std::size_t>(call.count(0)) * size_of(call.dtype(0));
  if (bytes > 0)
    std::memcpy(call.outputs[0].data, call.inputs[0].data, bytes);
}

std::vector<ir::ValueId> gradient(ir::GradientContext& c) {
  return {c.dy()};
}

}  // namespace

const ir::Operator& identity() {
  static const ir::Operator op{"Identity",
                               {"x"},
                               same_type,
                               kernel,
                               gradient,
                               {},
                               {.pointwise = true,
                                .moves_elements = true,
                                .sign = ir::ResultSign::OfFirst,
                                .relevance = ir::Relevance::Routed}};
  return op;
}

}  // namespace fovea::ops
