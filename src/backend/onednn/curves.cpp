#include "backend/onednn/lowerings.hpp"
#include "backend/onednn/parallel.hpp"
#include "backend/onednn/vector_kernels.hpp"
#include "ops/functions.hpp"
#include "ops/pow.hpp"

#include <algorithm>
#include <optional>

/// Functions of one element that oneDNN does not have.
namespace fovea::backend::onednn_detail {
namespace {

/// A kernel with its parameters.
struct Function {
  Curve curve;
  float p = 0, q = 0;
};

/// The exponent that all elements are raised to, where there is one that is known.
std::optional<float> exponent_of(const ir::Graph& graph, const ir::Node& node) {
  const ir::ValueId id = node.inputs[1];
  const Shape& shape = graph.shape(id);
  if (!graph.is_constant(id) || shape.elements() != 1 || shape.rank() > graph.shape(node.inputs[0]).rank())
    return {};
  return graph.value(id).constant->data<float>()[0];
}

Function power(const ir::Graph& graph, const ir::Node& node) {
  const float p = *exponent_of(graph, node);
  return p == 2 ? Function{Curve::Square} : Function{Curve::Power, p};
}

Function power_base_derivative(const ir::Graph& graph, const ir::Node& node) {
  const float p = *exponent_of(graph, node);
  return p == 2 ? Function{Curve::Twice} : Function{Curve::PowerBaseDerivative, p};
}

Function hard_sigmoid(const ir::Graph&, const ir::Node& node) {
  const auto& a = node.attributes.as<ops::HardSigmoidAttributes>();
  return {Curve::HardSigmoid, static_cast<float>(a.alpha), static_cast<float>(a.beta)};
}

Function hard_sigmoid_gradient(const ir::Graph& graph, const ir::Node& node) {
  return {Curve::HardSigmoidGradient, hard_sigmoid(graph, node).p};
}

template <Curve curve>
Function plain_curve(const ir::Graph&, const ir::Node&) {
  return {curve};
}

/// One row for each operator: its function, and whether that takes (dy, v) or x alone.
struct Row {
  const ir::Operator* op;
  Function (*function)(const ir::Graph& graph, const ir::Node& node);
  enum class Kind { Forward, Gradient } kind = Kind::Forward;
};

const std::vector<Row>& rows() {
  using Kind = Row::Kind;
  static const std::vector<Row> table = {
      {&ops::erf(), plain_curve<Curve::Erf>},
      {&ops::erf_gradient(), plain_curve<Curve::ErfGradient>, Kind::Gradient},
      {&ops::hard_sigmoid(), hard_sigmoid},
      {&ops::hard_sigmoid_gradient(), hard_sigmoid_gradient, Kind::Gradient},
      {&ops::neg(), plain_curve<Curve::Neg>},
      {&ops::pow(), power},
      {&ops::pow_base_derivative(), power_base_derivative},
      {&ops::reciprocal(), plain_curve<Curve::Reciprocal>},
      {&ops::reciprocal_gradient(), plain_curve<Curve::ReciprocalGradient>, Kind::Gradient},
      {&ops::sqrt_gradient(), plain_curve<Curve::SqrtGradient>, Kind::Gradient},
  };
  return table;
}

const Row& row_of(const ir::Node& node) {
  return *std::find_if(rows().begin(), rows().end(), [&](const Row& row) { return row.op == node.op; });
}

/// An exponent of 0 makes the derivative 0 even where the power is infinite: the plain kernel knows that.
bool supports_curve(const ir::Graph& graph, const ir::Node& node) {
  if (node.op == &ops::pow())
    return exponent_of(graph, node).has_value();
  return node.op != &ops::pow_base_derivative() || exponent_of(graph, node).value_or(0) != 0;
}

void lower_curve(OneDnnBuilder& builder, const ir::Node& node) {
  const Row& row = row_of(node);
  const Function f = row.function(builder.graph(), node);
  const bool is_gradient = row.kind == Row::Kind::Gradient;
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
  for (const Row& row : rows())
    lowerings.push_back({row.op, supports_curve, lower_curve});
  return lowerings;
}

}  // namespace fovea::backend::onednn_detail
