#include "backend/onednn/lowerings.hpp"
#include "backend/onednn/parallel.hpp"
#include "backend/onednn/vector_functions.hpp"

/// Functions of one element and their gradients. Float32 is for the vector kernels: oneDNN's functions lose
/// NaN, and its logarithm digits.
namespace fovea::backend::onednn_detail {
namespace {

bool supports_curve(const ir::Graph& graph, const ir::Node& node) {
  return vector_function(graph, node).has_value();
}

void lower_curve(OneDnnBuilder& builder, const ir::Node& node) {
  if (lower_short_curve(builder, node))
    return;
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

}  // namespace

std::vector<OperatorLowering> curve_lowerings() {
  std::vector<OperatorLowering> lowerings;
  for (const ir::Operator* op : operators_of({VectorFunction::Kind::OfFirst, VectorFunction::Kind::Gradient}))
    lowerings.push_back({op, supports_curve, lower_curve,
                         op->traits.piecewise_linear ? kAnyType : OperatorLowering::Takes::Float32});
  return lowerings;
}

}  // namespace fovea::backend::onednn_detail
