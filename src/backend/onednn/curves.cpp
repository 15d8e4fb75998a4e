#include "backend/onednn/lowerings.hpp"
#include "backend/onednn/parallel.hpp"
#include "backend/onednn/vector_functions.hpp"
#include "ops/functions.hpp"
#include "ops/pow.hpp"

/// Functions of one element that oneDNN does not have.
namespace fovea::backend::onednn_detail {
namespace {

bool supports_curve(const ir::Graph& graph, const ir::Node& node) {
  return vector_function(graph, node).has_value();
}

}  // namespace

void lower_curve(OneDnnBuilder& builder, const ir::Node& node) {
  const VectorFunction f = *vector_function(builder.graph(), node);
  const bool is_gradient = f.kind == VectorFunction::Kind::Gradient;
  // The forward value keeps its layout, the gradient comes to it.
  const Place data = builder.place(node.inputs[is_gradient ? 1 : 0]);
  const Place first = is_gradient ? builder.place(node.inputs[0], data.desc) : data;
  const Place result = builder.produce_in_place(node.inputs[0], first, node.outputs[0]);
  const auto count = static_cast<std::int64_t>(data.desc.get_size() / sizeof(float));
  const auto kernel = vector_kernels().curves[static_cast<std::size_t>(f.curve)];
  builder.add_kernel(node.op->name, {first, data}, {result}, [=](const std::vector<void*>& at) {
    const auto* a = static_cast<const float*>(at[0]);
    const auto* b = static_cast<const float*>(at[1]);
    auto* y = static_cast<float*>(at[2]);
    share(count, [=](std::int64_t begin, std::int64_t end) {
      kernel(a + begin, b + begin, y + begin, end - begin, f.p, f.q);
    });
  });
}

std::vector<OperatorLowering> curve_lowerings() {
  std::vector<OperatorLowering> lowerings;
  for (const ir::Operator* op :
       {&ops::elu_gradient(), &ops::erf(), &ops::erf_gradient(), &ops::hard_sigmoid(),
        &ops::hard_sigmoid_gradient(), &ops::neg(), &ops::pow(), &ops::pow_base_derivative(),
        &ops::reciprocal(), &ops::reciprocal_gradient(), &ops::softplus(), &ops::softplus_gradient(),
        &ops::sqrt_gradient()})
    lowerings.push_back({op, supports_curve, lower_curve});
  return lowerings;
}

}  // namespace fovea::backend::onednn_detail
