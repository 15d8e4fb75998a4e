#include "autodiff/rules/rectifiers.hpp"

#include "ops/add.hpp"
#include "ops/functions.hpp"
#include "ops/max.hpp"
#include "ops/min.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

namespace fovea::autodiff {
namespace {

/// The constant's value when all its elements are the same.
std::optional<double> constant_of(const ir::Graph& graph, ir::ValueId id) {
  if (!graph.is_constant(id) || !is_floating(graph.type(id).dtype) || graph.shape(id).elements() == 0)
    return {};
  const Tensor values = graph.value(id).constant->cast(DType::F64);
  const auto data = values.data<double>();
  const bool same = std::all_of(data.begin(), data.end(), [&](double value) { return value == data[0]; });
  return same ? std::optional(data[0]) : std::nullopt;
}

/// Whether y = min(max(x, 0), bound) reads x + bound / 2: a hard sigmoid, which is how HardSwish and the
/// gates of squeeze-and-excitation are written out. It weighs what it is multiplied with and rectifies
/// nothing.
bool is_gate(const ir::Graph& graph, ir::ValueId x, double bound) {
  const ir::Node* sum = graph.producer(x);
  if (!sum || sum->op != &ops::add())
    return false;
  return constant_of(graph, sum->inputs[0]) == bound / 2 || constant_of(graph, sum->inputs[1]) == bound / 2;
}

/// The upper bound that a node puts on `value`; infinite when it is another node.
double bound_on(const ir::Graph& graph, const ir::Node& node, ir::ValueId value) {
  constexpr double none = std::numeric_limits<double>::infinity();
  if (node.op == &ops::clip() && node.inputs[0] == value)
    return node.attributes.as<ops::ClipAttributes>().max;
  if (node.op == &ops::min() && (node.inputs[0] == value || node.inputs[1] == value))
    return constant_of(graph, node.inputs[node.inputs[0] == value ? 1 : 0]).value_or(none);
  return none;
}

/// Whether a node that reads a rectifier without an upper bound adds one that makes a gate of it.
bool is_bounded_to_a_gate(const ir::Graph& graph, ir::ValueId x, ir::ValueId y) {
  const ir::Node* before = graph.producer(x);
  if (!before || before->op != &ops::add())
    return false;
  const std::vector<ir::NodeId>& readers = graph.readers(y);
  return std::any_of(readers.begin(), readers.end(), [&](ir::NodeId id) {
    return is_gate(graph, x, bound_on(graph, graph.nodes()[static_cast<std::size_t>(id)], y));
  });
}

bool is_activation(const ir::Graph& graph, const ir::Node& relu) {
  return !is_bounded_to_a_gate(graph, relu.inputs[0], relu.outputs[0]);
}

std::vector<ir::ValueId> relu_rule(ir::GradientContext& c, const AtRectifier& rule) {
  return {rule(c, c.dy(), c.x(), c.y())};
}

bool starts_at_zero(const ir::Graph& graph, const ir::Node& node) {
  const auto& attributes = node.attributes.as<ops::ClipAttributes>();
  const ir::Node* before = graph.producer(node.inputs[0]);
  const bool behind_gate = before && before->op == &ops::relu() && !is_activation(graph, *before);
  return attributes.min == 0 && attributes.max > 0 && !behind_gate &&
         !is_gate(graph, node.inputs[0], attributes.max);
}

std::vector<ir::ValueId> clip_rule(ir::GradientContext& c, const AtRectifier& rule) {
  const double bound = c.attributes<ops::ClipAttributes>().max;
  const ir::ValueId dy =
      std::isinf(bound) ? c.dy()
                        : c.emit(ops::clip_gradient(), {c.dy(), c.x()}, ops::ClipAttributes{.max = bound});
  return {rule(c, dy, c.x(), c.x())};
}

/// The index of the operand of a Max that is rectified because the other one is zeros that do not widen it;
/// 2: none.
std::size_t rectified_operand(const ir::Graph& graph, const ir::Node& node) {
  for (std::size_t i : {0, 1})
    if (constant_of(graph, node.inputs[1 - i]) == 0.0 &&
        graph.shape(node.inputs[i]) == graph.shape(node.outputs[0]))
      return i;
  return 2;
}

bool has_zeros(const ir::Graph& graph, const ir::Node& node) {
  const std::size_t operand = rectified_operand(graph, node);
  return operand < 2 && !is_bounded_to_a_gate(graph, node.inputs[operand], node.outputs[0]);
}

std::vector<ir::ValueId> max_rule(ir::GradientContext& c, const AtRectifier& rule) {
  std::vector<ir::ValueId> gradients = {ir::kNoValue, ir::kNoValue};
  const std::size_t operand = rectified_operand(c.graph(), c.node());
  gradients[operand] = rule(c, c.dy(), c.x(operand), c.y());
  return gradients;
}

}  // namespace

std::vector<RuleOverride> at_rectifiers(const AtRectifier& rule) {
  return {{&ops::relu(), [rule](auto& c) { return relu_rule(c, rule); }, is_activation},
          {&ops::clip(), [rule](auto& c) { return clip_rule(c, rule); }, starts_at_zero},
          {&ops::max(), [rule](auto& c) { return max_rule(c, rule); }, has_zeros}};
}

std::vector<RuleOverride> mask_at_rectifiers(Mask mask) {
  return at_rectifiers([mask](ir::GradientContext& c, ir::ValueId dy, ir::ValueId, ir::ValueId positive) {
    if (mask == Mask::OfGradientAndForward)
      dy = c.emit(ops::relu_gradient(), {dy, positive});
    return c.emit(ops::relu(), {dy});
  });
}

bool is_other_activation(const ir::Operator& op) {
  return op.traits.activation;
}

}  // namespace fovea::autodiff
