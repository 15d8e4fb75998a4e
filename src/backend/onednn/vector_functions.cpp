#include "backend/onednn/vector_functions.hpp"

#include "ops/add.hpp"
#include "ops/div.hpp"
#include "ops/functions.hpp"
#include "ops/max.hpp"
#include "ops/min.hpp"
#include "ops/mul.hpp"
#include "ops/pow.hpp"
#include "ops/prelu.hpp"
#include "ops/sub.hpp"

#include <algorithm>

namespace fovea::backend::onednn_detail {
namespace {

using Kind = VectorFunction::Kind;

/// One row for each operator; `parameters` completes the function where attributes or the second operand have
/// a say. It returns false where no kernel fits them.
struct Row {
  const ir::Operator* op;
  VectorFunction function;
  bool (*parameters)(const ir::Attributes& attributes, std::optional<float> second,
                     VectorFunction& function) = nullptr;
};

VectorFunction of_first(Curve curve) {
  return {.kind = Kind::OfFirst, .curve = curve};
}
VectorFunction gradient(Curve curve) {
  return {.kind = Kind::Gradient, .curve = curve};
}
VectorFunction binary(Binary which) {
  return {.kind = Kind::Binary, .binary = which};
}
VectorFunction ternary(Ternary which) {
  return {.kind = Kind::Ternary, .ternary = which};
}

bool clip_bounds(const ir::Attributes& attributes, std::optional<float>, VectorFunction& f) {
  const auto& a = attributes.as<ops::ClipAttributes>();
  f.p = static_cast<float>(a.min);
  f.q = static_cast<float>(a.max);
  return true;
}

bool hard_sigmoid_line(const ir::Attributes& attributes, std::optional<float>, VectorFunction& f) {
  const auto& a = attributes.as<ops::HardSigmoidAttributes>();
  f.p = static_cast<float>(a.alpha);
  f.q = static_cast<float>(a.beta);
  return true;
}

template <class WithAlpha>
bool alpha(const ir::Attributes& attributes, std::optional<float>, VectorFunction& f) {
  f.p = static_cast<float>(attributes.as<WithAlpha>().alpha);
  return true;
}

bool exponent(const ir::Attributes&, std::optional<float> second, VectorFunction& f) {
  f.p = second.value_or(0);
  if (f.p == 2)
    f.curve = Curve::Square;
  return second.has_value();
}

/// An exponent of 0 makes the derivative 0 even where the power is infinite: the plain kernel knows that.
bool exponent_of_derivative(const ir::Attributes&, std::optional<float> second, VectorFunction& f) {
  f.p = second.value_or(0);
  if (f.p == 2)
    f.curve = Curve::Twice;
  return f.p != 0;
}

const std::vector<Row>& rows() {
  static const std::vector<Row> table = {
      {&ops::abs(), of_first(Curve::Abs)},
      {&ops::abs_gradient(), gradient(Curve::AbsGradient)},
      {&ops::add(), binary(Binary::Add)},
      {&ops::ceil(), of_first(Curve::Ceil)},
      {&ops::clip(), of_first(Curve::Clip), clip_bounds},
      {&ops::clip_gradient(), gradient(Curve::ClipGradient), clip_bounds},
      {&ops::div(), binary(Binary::Div)},
      {&ops::elu(), of_first(Curve::Elu), alpha<ops::EluAttributes>},
      {&ops::elu_gradient(), gradient(Curve::EluGradient), alpha<ops::EluAttributes>},
      {&ops::erf(), of_first(Curve::Erf)},
      {&ops::erf_gradient(), gradient(Curve::ErfGradient)},
      {&ops::exp(), of_first(Curve::Exp)},
      {&ops::floor(), of_first(Curve::Floor)},
      {&ops::hard_sigmoid(), of_first(Curve::HardSigmoid), hard_sigmoid_line},
      {&ops::hard_sigmoid_gradient(), gradient(Curve::HardSigmoidGradient), hard_sigmoid_line},
      {&ops::hard_swish(), of_first(Curve::HardSwish)},
      {&ops::hard_swish_gradient(), gradient(Curve::HardSwishGradient)},
      {&ops::leaky_relu(), of_first(Curve::LeakyRelu), alpha<ops::LeakyReluAttributes>},
      {&ops::leaky_relu_gradient(), gradient(Curve::LeakyReluGradient), alpha<ops::LeakyReluAttributes>},
      {&ops::log(), of_first(Curve::Log)},
      {&ops::max(), binary(Binary::Max)},
      {&ops::max_gradient(), ternary(Ternary::MaxGradient)},
      {&ops::min(), binary(Binary::Min)},
      {&ops::min_gradient(), ternary(Ternary::MinGradient)},
      {&ops::mul(), binary(Binary::Mul)},
      {&ops::neg(), of_first(Curve::Neg)},
      {&ops::pow(), of_first(Curve::Power), exponent},
      {&ops::pow_base_derivative(), of_first(Curve::PowerBaseDerivative), exponent_of_derivative},
      {&ops::prelu(), binary(Binary::PRelu)},
      {&ops::prelu_gradient(), ternary(Ternary::PReluGradient)},
      {&ops::reciprocal(), of_first(Curve::Reciprocal)},
      {&ops::reciprocal_gradient(), gradient(Curve::ReciprocalGradient)},
      {&ops::relu(), of_first(Curve::Relu)},
      {&ops::relu_gradient(), gradient(Curve::ReluGradient)},
      {&ops::round(), of_first(Curve::Round)},
      {&ops::round_straight_through(), of_first(Curve::Round)},
      {&ops::sigmoid(), of_first(Curve::Sigmoid)},
      {&ops::sigmoid_gradient(), gradient(Curve::SigmoidGradient)},
      {&ops::softplus(), of_first(Curve::Softplus)},
      {&ops::softplus_gradient(), gradient(Curve::SoftplusGradient)},
      {&ops::sqrt(), of_first(Curve::Sqrt)},
      {&ops::sqrt_gradient(), gradient(Curve::SqrtGradient)},
      {&ops::sub(), binary(Binary::Sub)},
      {&ops::tanh(), of_first(Curve::Tanh)},
      {&ops::tanh_gradient(), gradient(Curve::TanhGradient)},
  };
  return table;
}

}  // namespace

std::optional<VectorFunction> vector_function(const ir::Operator& op, const ir::Attributes& attributes,
                                              std::optional<float> second) {
  const auto row = std::find_if(rows().begin(), rows().end(), [&](const Row& r) { return r.op == &op; });
  if (row == rows().end())
    return {};
  VectorFunction function = row->function;
  if (row->parameters && !row->parameters(attributes, second, function))
    return {};
  return function;
}

std::vector<const ir::Operator*> operators_of(std::initializer_list<Kind> kinds) {
  std::vector<const ir::Operator*> operators;
  for (const Row& row : rows())
    if (std::find(kinds.begin(), kinds.end(), row.function.kind) != kinds.end())
      operators.push_back(row.op);
  return operators;
}

std::optional<float> known_number(const ir::Graph& graph, ir::ValueId id) {
  if (!graph.has_elements(id) || graph.type(id).dtype != DType::F32 || graph.shape(id).elements() != 1)
    return {};
  return graph.value(id).constant->data<float>()[0];
}

std::optional<VectorFunction> vector_function(const ir::Graph& graph, const ir::Node& node) {
  std::optional<float> second;
  if (node.inputs.size() > 1 && graph.shape(node.inputs[1]).rank() <= graph.shape(node.inputs[0]).rank())
    second = known_number(graph, node.inputs[1]);
  return vector_function(*node.op, node.attributes, second);
}

}  // namespace fovea::backend::onednn_detail
