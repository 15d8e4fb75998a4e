#include "ops/reshape.hpp"

#include "ir/gradient_context.hpp"

#include <cstring>

namespace fovea::ops {
namespace {

std::vector<ir::TensorType> infer(const ir::InferCall& call) {
  const auto& a = call.attributes.as<ReshapeAttributes>();
  FOVEA_CHECK(a.shape.elements() == call.shape(0).elements(), "a tensor of {} cannot take the shape {}",
              to_string(call.shape(0)), to_string(a.shape));
  return {{call.dtype(0), a.shape}};
}

void kernel(const ir::KernelCall& call) {
  const auto bytes = static_cast<std::size_t>(call.count(0)) * size_of(call.dtype(0));
  if (bytes > 0)
    std::memcpy(call.outputs[0].data, call.inputs[0].data, bytes);
}

std::vector<ir::ValueId> gradient(ir::GradientContext& c) {
  return {c.emit(reshape(), {c.dy()}, ReshapeAttributes{.shape = c.shape(c.x())})};
}

}  // namespace

const ir::Operator& reshape() {
  static const ir::Operator op{"Reshape", {"x"}, infer, kernel, gradient, ReshapeAttributes{}};
  return op;
}

}  // namespace fovea::ops
