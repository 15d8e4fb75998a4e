#include "passes/final_activation.hpp"

#include "ops/add.hpp"
#include "ops/cast.hpp"
#include "ops/div.hpp"
#include "ops/expand.hpp"
#include "ops/functions.hpp"
#include "ops/identity.hpp"
#include "ops/log_softmax.hpp"
#include "ops/max.hpp"
#include "ops/mul.hpp"
#include "ops/pow.hpp"
#include "ops/reduce.hpp"
#include "ops/reduce_sum.hpp"
#include "ops/reshape.hpp"
#include "ops/softmax.hpp"
#include "ops/sub.hpp"

#include <algorithm>
#include <cmath>

namespace fovea::passes {
namespace {

/// Terms that protect a denominator against zero are smaller than this.
constexpr double kTiny = 1e-3;
/// Expressions are written out in a few nodes: the search for one ends here.
constexpr int kMostSteps = 16;

bool is_near(double a, double b) {
  return std::abs(a - b) <= 1e-6 * std::max(std::abs(a), std::abs(b));
}

/// The node that computes a value, behind what changes no number, if it has that operator.
const ir::Node* made_by(const ir::Graph& graph, ir::ValueId value, const ir::Operator& op) {
  const ir::Node* node = graph.producer(peeled(graph, value));
  return node && node->op == &op ? node : nullptr;
}

/// Whether two values are the same computation of the same values.
bool is_same(const ir::Graph& graph, ir::ValueId a, ir::ValueId b, int depth = 3) {
  a = peeled(graph, a);
  b = peeled(graph, b);
  if (a == b)
    return true;
  const ir::Node *left = graph.producer(a), *right = graph.producer(b);
  if (!left || !right || depth == 0 || left->op != right->op || left->inputs.size() != right->inputs.size() ||
      !(left->attributes == right->attributes) || left->outputs.front() != a || right->outputs.front() != b)
    return false;
  for (std::size_t i = 0; i < left->inputs.size(); ++i)
    if (!is_same(graph, left->inputs[i], right->inputs[i], depth - 1))
      return false;
  return true;
}

struct Affine {
  ir::ValueId base = ir::kNoValue;
  double scale = 1, shift = 0;
};

/// A value as scale * base + shift.
Affine affine_of(const ir::Graph& graph, ir::ValueId value) {
  Affine result{peeled(graph, value)};
  for (int i = 0; i < kMostSteps; ++i) {
    const ir::Node* node = graph.producer(result.base);
    const auto step = node ? affine_step(graph, *node) : std::nullopt;
    if (!step)
      break;
    result.shift += result.scale * step->shift;
    result.scale *= step->scale;
    result.base = peeled(graph, step->input);
  }
  return result;
}

/// A shape with extents of 1 in front, up to a rank.
std::vector<std::int64_t> aligned(const Shape& shape, std::int64_t rank) {
  std::vector<std::int64_t> dims(static_cast<std::size_t>(std::max<std::int64_t>(rank - shape.rank(), 0)), 1);
  dims.insert(dims.end(), shape.begin(), shape.end());
  return dims;
}

/// The value before Expand nodes, whose repetitions a broadcast makes as well.
ir::ValueId unexpanded(const ir::Graph& graph, ir::ValueId value) {
  value = peeled(graph, value);
  while (const ir::Node* node = made_by(graph, value, ops::expand()))
    value = peeled(graph, node->inputs[0]);
  return value;
}

/// Whether every line of `shape` along the axes has one number of a value that is broadcast to it.
bool is_constant_along(const ir::Graph& graph, ir::ValueId value, const Shape& shape,
                       const std::vector<std::int64_t>& axes) {
  const auto dims = aligned(graph.shape(unexpanded(graph, value)), shape.rank());
  return static_cast<std::int64_t>(dims.size()) == shape.rank() &&
         std::all_of(axes.begin(), axes.end(),
                     [&](std::int64_t axis) { return dims[static_cast<std::size_t>(axis)] == 1; });
}

/// The value from which a number for each line along the axes is subtracted, which no softmax sees.
ir::ValueId unshifted(const ir::Graph& graph, ir::ValueId value, const std::vector<std::int64_t>& axes) {
  const Shape& shape = graph.shape(value);
  const ir::Node* node = made_by(graph, value, ops::sub());
  const bool is_shifted = node && graph.shape(node->inputs[0]) == shape &&
                          !graph.is_constant(node->inputs[1]) &&
                          is_constant_along(graph, node->inputs[1], shape, axes);
  return is_shifted ? node->inputs[0] : value;
}

/// The scores of a sigmoid of `value` or, with a factor of -1, of its negative.
void set_scores(const ir::Graph& graph, FinalActivation& found, ir::ValueId value, double factor) {
  found.before = value;
  found.factor = factor;
  const Affine inner = affine_of(graph, value);
  if (inner.shift == 0 && is_near(inner.scale * factor, 1) && graph.shape(inner.base) == graph.shape(value)) {
    found.before = inner.base;
    found.factor = 1;
  }
}

/// x of 1 + exp(x), times any number, which becomes `scale`.
std::optional<ir::ValueId> of_one_plus_exp(const ir::Graph& graph, ir::ValueId value, double& scale) {
  const Affine sum = affine_of(graph, value);
  const ir::Node* exp = made_by(graph, sum.base, ops::exp());
  if (!exp || sum.scale <= 0 || !is_near(sum.scale, sum.shift))
    return std::nullopt;
  scale = sum.scale;
  return exp->inputs[0];
}

/// The exponent of a power with a known base, and the logarithm of the base.
struct Exponential {
  ir::ValueId exponent = ir::kNoValue;
  double rate = 1;
};

std::optional<Exponential> exponential_of(const ir::Graph& graph, ir::ValueId value) {
  if (value == ir::kNoValue)
    return std::nullopt;
  if (const ir::Node* exp = made_by(graph, value, ops::exp()))
    return Exponential{exp->inputs[0], 1};
  const ir::Node* power = made_by(graph, value, ops::pow());
  const auto base = power ? uniform_constant(graph, power->inputs[0]) : std::nullopt;
  if (!base || *base <= 0 || *base == 1 || !std::isfinite(*base))
    return std::nullopt;
  return Exponential{power->inputs[1], std::log(*base)};
}

std::optional<FinalActivation> from_quotient(const ir::Graph& graph, ir::ValueId value) {
  const auto parts = quotient(graph, value);
  if (!parts)
    return std::nullopt;
  FinalActivation found;
  const auto exp = exponential_of(graph, parts->numerator);
  if (exp && graph.shape(exp->exponent) == graph.shape(value))
    if (auto axes = axes_summed(graph, parts->denominator, parts->numerator)) {
      found.scale = parts->factor;
      found.axes = *axes;
      found.before = unshifted(graph, exp->exponent, found.axes);
      found.factor = exp->rate;
      return found;
    }
  double scale = 1;
  const auto power = of_one_plus_exp(graph, parts->denominator, scale);
  if (!power || graph.shape(*power) != graph.shape(value))
    return std::nullopt;
  found.kind = Activation::Sigmoid;
  found.scale = parts->factor / scale;
  if (parts->numerator == ir::kNoValue)
    set_scores(graph, found, *power, -1);
  else if (exp && exp->rate == 1 && is_same(graph, exp->exponent, *power))
    set_scores(graph, found, *power, 1);
  else
    return std::nullopt;
  return found;
}

/// x of log(sum of exp(x) over the axes), of any shape that the logarithm may have been given.
struct LogSumExp {
  ir::ValueId x;
  std::vector<std::int64_t> axes;
};

ir::ValueId unreshaped(const ir::Graph& graph, ir::ValueId value) {
  for (int i = 0; i < kMostSteps; ++i) {
    value = peeled(graph, value);
    const ir::Node* node = graph.producer(value);
    if (!node || (node->op != &ops::reshape() && node->op != &ops::expand() && node->op != &ops::clip()))
      break;
    value = node->inputs[0];
  }
  return value;
}

std::optional<LogSumExp> plain_log_sum_exp(const ir::Graph& graph, ir::ValueId value) {
  const ir::Node* log = made_by(graph, unreshaped(graph, value), ops::log());
  const ir::Node* sum = log ? made_by(graph, unreshaped(graph, log->inputs[0]), ops::reduce_sum()) : nullptr;
  const ir::Node* exp = sum ? made_by(graph, sum->inputs[0], ops::exp()) : nullptr;
  if (!exp)
    return std::nullopt;
  return LogSumExp{exp->inputs[0], sum->attributes.as<ops::ReduceAttributes>().axes};
}

/// The logarithm of a sum of exponentials of x, possibly written with a shift that is subtracted from x and
/// added again.
std::optional<LogSumExp> log_sum_exp(const ir::Graph& graph, ir::ValueId value) {
  if (auto plain = plain_log_sum_exp(graph, value))
    return plain;
  const ir::Node* add = made_by(graph, unreshaped(graph, value), ops::add());
  for (int side = 0; add && side < 2; ++side) {
    const auto at = static_cast<std::size_t>(side);
    const auto inner = plain_log_sum_exp(graph, add->inputs[at]);
    const ir::Node* sub = inner ? made_by(graph, inner->x, ops::sub()) : nullptr;
    if (sub && is_same(graph, unreshaped(graph, sub->inputs[1]), unreshaped(graph, add->inputs[1 - at])))
      return LogSumExp{sub->inputs[0], inner->axes};
  }
  return std::nullopt;
}

std::optional<FinalActivation> from_difference(const ir::Graph& graph, ir::ValueId value) {
  const ir::Node* sub = made_by(graph, value, ops::sub());
  if (!sub || graph.shape(sub->inputs[0]) != graph.shape(value))
    return std::nullopt;
  const auto sum = log_sum_exp(graph, sub->inputs[1]);
  if (!sum || !is_same(graph, sum->x, sub->inputs[0]) ||
      !is_constant_along(graph, sub->inputs[1], graph.shape(value), sum->axes))
    return std::nullopt;
  FinalActivation found;
  found.is_logarithm = true;
  found.axes = sum->axes;
  found.before = unshifted(graph, sub->inputs[0], sum->axes);
  return found;
}

/// log(1 + exp(x)) = -log(sigmoid(-x)).
std::optional<FinalActivation> from_softplus(const ir::Graph& graph, ir::ValueId value) {
  ir::ValueId x = ir::kNoValue;
  if (const ir::Node* softplus = made_by(graph, value, ops::softplus())) {
    x = softplus->inputs[0];
  } else if (const ir::Node* log = made_by(graph, value, ops::log())) {
    double scale = 1;
    const auto power = of_one_plus_exp(graph, log->inputs[0], scale);
    if (!power || !is_near(scale, 1))
      return std::nullopt;
    x = *power;
  } else {
    return std::nullopt;
  }
  FinalActivation found;
  found.kind = Activation::Sigmoid;
  found.is_logarithm = true;
  found.scale = -1;
  set_scores(graph, found, x, -1);
  return found;
}

}  // namespace

ir::ValueId peeled(const ir::Graph& graph, ir::ValueId value) {
  for (;;) {
    const ir::Node* node = graph.producer(value);
    const bool is_cast = node && node->op == &ops::cast() && is_floating(graph.type(value).dtype) &&
                         is_floating(graph.type(node->inputs[0]).dtype);
    if (!node || (node->op != &ops::identity() && !is_cast))
      return value;
    value = node->inputs[0];
  }
}

std::optional<double> uniform_constant(const ir::Graph& graph, ir::ValueId value) {
  if (value == ir::kNoValue || !graph.is_constant(value))
    return std::nullopt;
  const Tensor& tensor = *graph.value(value).constant;
  if (tensor.empty() || tensor.elements() == 0 || !is_floating(tensor.dtype()))
    return std::nullopt;
  const auto all_equal = [](auto values) -> std::optional<double> {
    if (std::any_of(values.begin(), values.end(), [&](auto x) { return x != values.front(); }))
      return std::nullopt;
    return static_cast<double>(values.front());
  };
  return tensor.dtype() == DType::F64 ? all_equal(tensor.data<double>()) : all_equal(tensor.data<float>());
}

std::optional<AffineStep> affine_step(const ir::Graph& graph, const ir::Node& node) {
  const bool takes_two =
      node.op == &ops::add() || node.op == &ops::sub() || node.op == &ops::mul() || node.op == &ops::div();
  AffineStep step;
  if (node.op == &ops::neg()) {
    step = {node.inputs[0], -1, 0};
  } else if (takes_two) {
    const auto left = uniform_constant(graph, node.inputs[0]);
    const auto right = uniform_constant(graph, node.inputs[1]);
    if (left.has_value() == right.has_value() || (left && node.op == &ops::div()))
      return std::nullopt;
    const double number = left ? *left : *right;
    step.input = node.inputs[left ? 1 : 0];
    if (node.op == &ops::mul())
      step.scale = number;
    else if (node.op == &ops::div())
      step.scale = 1 / number;
    else if (node.op == &ops::add())
      step.shift = number;
    else
      step = {step.input, left ? -1.0 : 1.0, left ? number : -number};
  } else {
    return std::nullopt;
  }
  if (graph.shape(step.input) != graph.shape(node.outputs[0]) || !std::isfinite(step.scale) ||
      step.scale == 0)
    return std::nullopt;
  return step;
}

std::optional<Quotient> quotient(const ir::Graph& graph, ir::ValueId value) {
  const ir::Node* node = graph.producer(peeled(graph, value));
  if (!node)
    return std::nullopt;
  if (node->op == &ops::reciprocal())
    return Quotient{ir::kNoValue, node->inputs[0], 1};
  if (node->op == &ops::pow() && uniform_constant(graph, node->inputs[1]) == -1.0)
    return Quotient{ir::kNoValue, node->inputs[0], 1};
  if (node->op == &ops::div()) {
    if (const auto number = uniform_constant(graph, node->inputs[0]))
      return Quotient{ir::kNoValue, node->inputs[1], *number};
    return Quotient{node->inputs[0], node->inputs[1], 1};
  }
  for (std::size_t side = 0; node->op == &ops::mul() && side < 2; ++side) {
    const ir::Node* other = graph.producer(peeled(graph, node->inputs[side]));
    if (!other || other->op == &ops::mul())
      continue;
    const auto inverse = quotient(graph, node->inputs[side]);
    if (inverse && inverse->numerator == ir::kNoValue)
      return Quotient{node->inputs[1 - side], inverse->denominator, inverse->factor};
  }
  return std::nullopt;
}

std::optional<std::vector<std::int64_t>> axes_summed(const ir::Graph& graph, ir::ValueId denominator,
                                                     ir::ValueId summed) {
  const Shape& shape = graph.shape(summed);
  ir::ValueId value = denominator;
  for (int i = 0; i < kMostSteps; ++i) {
    value = peeled(graph, value);
    const ir::Node* node = graph.producer(value);
    if (!node)
      return std::nullopt;
    if (node->op == &ops::reduce_sum()) {
      const auto& axes = node->attributes.as<ops::ReduceAttributes>().axes;
      ir::ValueId from = node->inputs[0];
      if (const ir::Node* abs = made_by(graph, from, ops::abs()))
        from = abs->inputs[0];
      const Shape& final_shape = graph.shape(unexpanded(graph, denominator));
      const bool fits = final_shape.elements() == 1 ||
                        aligned(final_shape, shape.rank()) == ops::kept_shape(shape, axes).dims();
      if (!is_same(graph, from, summed) || !fits)
        return std::nullopt;
      return axes;
    }
    if (node->op == &ops::reshape() || node->op == &ops::expand()) {
      value = node->inputs[0];
    } else if (node->op == &ops::clip()) {
      const auto& bounds = node->attributes.as<ops::ClipAttributes>();
      if (bounds.min > kTiny || bounds.max < 1)
        return std::nullopt;
      value = node->inputs[0];
    } else if (node->op == &ops::add() || node->op == &ops::max()) {
      const auto number = uniform_constant(graph, node->inputs[1]);
      if (!number || std::abs(*number) > kTiny)
        return std::nullopt;
      value = node->inputs[0];
    } else {
      return std::nullopt;
    }
  }
  return std::nullopt;
}

std::optional<FinalActivation> final_activation(const ir::Graph& graph, ir::ValueId value) {
  const ir::Node* node = graph.producer(peeled(graph, value));
  if (!node)
    return std::nullopt;
  FinalActivation found;
  if (node->op == &ops::softmax() || node->op == &ops::log_softmax()) {
    found.is_logarithm = node->op == &ops::log_softmax();
    found.before = node->inputs[0];
    found.axes = {node->attributes.as<ops::SoftmaxAttributes>().axis};
    return found;
  }
  found.kind = Activation::Sigmoid;
  if (node->op == &ops::sigmoid()) {
    found.before = node->inputs[0];
    return found;
  }
  if (node->op == &ops::tanh()) {  // 2 sigmoid(2 x) - 1
    found.scale = 2;
    found.shift = -1;
    set_scores(graph, found, node->inputs[0], 2);
    return found;
  }
  if (auto quotient = from_quotient(graph, value))
    return quotient;
  if (auto difference = from_difference(graph, value))
    return difference;
  return from_softplus(graph, value);
}

}  // namespace fovea::passes
