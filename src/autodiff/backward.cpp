#include "autodiff/backward.hpp"

#include "ops/add.hpp"
#include "ops/display_name.hpp"

#include <algorithm>

namespace fovea::autodiff {
namespace {

/// Whether a node reads one of the values that are marked.
bool reads_any(const ir::Node& node, const std::vector<bool>& marked) {
  return std::any_of(node.inputs.begin(), node.inputs.end(), [&](ir::ValueId id) {
    return id != ir::kNoValue && marked[static_cast<std::size_t>(id)];
  });
}

/// For every value, whether it is one of `inputs` or a floating value computed from one: those are the ones a
/// gradient flows to.
std::vector<bool> values_depending_on(const ir::Graph& graph, const std::vector<ir::ValueId>& inputs) {
  std::vector<bool> depends(graph.values().size(), false);
  for (const ir::ValueId input : inputs)
    depends[static_cast<std::size_t>(input)] = true;
  for (const ir::Node& node : graph.nodes())
    if (reads_any(node, depends))
      for (const ir::ValueId id : node.outputs)
        if (is_floating(graph.type(id).dtype))
          depends[static_cast<std::size_t>(id)] = true;
  return depends;
}

/// The node's rule under the rule set, counted in `result`.
std::function<std::vector<ir::ValueId>(ir::GradientContext&)>
rule_for(const ir::Node& node, const RuleSet& rules, Differentiated& result) {
  for (const RuleOverride& override : rules.overrides)
    if ((!override.op || override.op == node.op) &&
        (!override.applies || override.applies(result.graph, node))) {
      ++result.overridden[node.op->name];
      if (!override.treatment.empty())
        ++result.treated[override.treatment][node.op->name];
      return override.rule;
    }
  if (rules.is_reported && rules.is_reported(*node.op))
    ++result.left_alone[node.op->name];
  return node.op->gradient.rule;
}

/// The gradients that have arrived at each value, summed up when they are asked for.
class Accumulator {
public:
  Accumulator(ir::Graph& graph, std::size_t values) : graph_(graph), arrived_(values, ir::kNoValue) {}

  void add(ir::ValueId value, ir::ValueId gradient) {
    ir::ValueId& sum = arrived_[static_cast<std::size_t>(value)];
    sum = sum == ir::kNoValue
              ? gradient
              : graph_.add(ops::add(), {}, {sum, gradient}, graph_.value(value).name + "/grad/sum");
  }
  ir::ValueId at(ir::ValueId value) const { return arrived_[static_cast<std::size_t>(value)]; }

private:
  ir::Graph& graph_;
  std::vector<ir::ValueId> arrived_;
};

/// Appends the backward nodes of a differentiated graph to another one that begins with the same forward
/// graph.
class Joiner {
public:
  Joiner(ir::Graph& to, const ir::Graph& forward, const Differentiated& pass)
      : to_(to), from_(pass.graph), forward_values_(static_cast<ir::ValueId>(forward.values().size())),
        map_(from_.values().size(), ir::kNoValue) {
    at(pass.seed) = pass.shares_seed ? to.inputs().back()
                                     : to.add_input(from_.value(pass.seed).name, from_.type(pass.seed));
    for (std::size_t n = forward.nodes().size(); n < from_.nodes().size(); ++n)
      append(from_.nodes()[n]);
    for (std::size_t i = forward.outputs().size(); i < from_.outputs().size(); ++i)
      to.add_output(mapped(from_.outputs()[i]), from_.output_names()[i]);
  }

private:
  ir::ValueId& at(ir::ValueId id) { return map_[static_cast<std::size_t>(id)]; }

  ir::ValueId mapped(ir::ValueId id) {
    if (id == ir::kNoValue || id < forward_values_)
      return id;
    if (at(id) == ir::kNoValue)
      at(id) = to_.add_constant(from_.value(id).name, *from_.value(id).constant);
    return at(id);
  }

  void append(const ir::Node& node) {
    std::vector<ir::ValueId> inputs;
    for (ir::ValueId id : node.inputs)
      inputs.push_back(mapped(id));
    const ir::Node& copy = to_.add_node(*node.op, node.attributes, std::move(inputs), node.name);
    for (std::size_t i = 0; i < node.outputs.size(); ++i)
      at(node.outputs[i]) = copy.outputs[i];
  }

  ir::Graph& to_;
  const ir::Graph& from_;
  ir::ValueId forward_values_;
  std::vector<ir::ValueId> map_;  ///< of the values beyond the forward graph's
};

}  // namespace

ir::Graph join(const ir::Graph& forward, std::vector<Differentiated> passes) {
  ir::Graph joined = std::move(passes.front().graph);
  for (std::size_t i = 1; i < passes.size(); ++i)
    Joiner(joined, forward, passes[i]);
  return joined;
}

namespace {

/// Adds the gradients with respect to the inputs as outputs.
void take_gradients(const Accumulator& gradients, const ir::Graph& forward, ir::ValueId target,
                    const std::vector<ir::ValueId>& inputs, Differentiated& result) {
  for (const ir::ValueId input : inputs) {
    const ir::ValueId gradient = gradients.at(input);
    FOVEA_CHECK(gradient != ir::kNoValue, "no gradient flows from '{}' back to '{}'",
                forward.value(target).name, forward.value(input).name);
    result.graph.add_output(gradient, forward.value(input).name + "/gradient");
    if (result.gradient == ir::kNoValue)
      result.gradient = gradient;
    else
      result.further_gradients.push_back(gradient);
  }
}

}  // namespace

Differentiated differentiate(const ir::Graph& forward, ir::ValueId target, ir::ValueId input,
                             const RuleSet& rules) {
  return differentiate(forward, target, std::vector<ir::ValueId>{input}, rules);
}

Differentiated differentiate(const ir::Graph& forward, ir::ValueId target,
                             const std::vector<ir::ValueId>& inputs, const RuleSet& rules) {
  const std::vector<bool> depends = values_depending_on(forward, inputs);
  FOVEA_CHECK(depends[static_cast<std::size_t>(target)], "'{}' does not depend on the input '{}'",
              forward.value(target).name, forward.value(inputs.front()).name);
  Differentiated result;
  result.graph = forward;
  std::vector<ir::ValueId> left_over;
  ir::Graph& graph = result.graph;
  result.seed = graph.add_input(forward.value(target).name + "/seed", forward.type(target));
  Accumulator gradients(graph, forward.values().size());
  gradients.add(target, result.seed);

  std::string gaps;
  for (auto node = forward.nodes().rbegin(); node != forward.nodes().rend(); ++node) {
    if (!reads_any(*node, depends))  // as that which computes an input, unless from another one
      continue;
    std::vector<ir::ValueId> output_gradients;
    for (ir::ValueId id : node->outputs)
      output_gradients.push_back(depends[static_cast<std::size_t>(id)] ? gradients.at(id) : ir::kNoValue);
    const auto has_gradient = [](ir::ValueId id) { return id != ir::kNoValue; };
    if (std::none_of(output_gradients.begin(), output_gradients.end(), has_gradient))
      continue;
    const auto rule = rule_for(*node, rules, result);
    if (!rule) {
      gaps += fmt::format("{}'{}' ({}: {})", gaps.empty() ? "" : ", ", node->name, ops::display_name(*node),
                          node->op->gradient.why_not);
      continue;
    }
    std::vector<bool> needed;
    for (ir::ValueId id : node->inputs)
      needed.push_back(id != ir::kNoValue && depends[static_cast<std::size_t>(id)]);
    ir::GradientContext context(graph, *node, output_gradients, needed);
    const std::vector<ir::ValueId> input_gradients = rule(context);
    if (const ir::ValueId left = rules.remainder ? rules.remainder(context, input_gradients) : ir::kNoValue;
        left != ir::kNoValue) {
      result.remainders.push_back(node->outputs.front());
      left_over.push_back(left);
    }
    for (std::size_t i = 0; i < input_gradients.size(); ++i)
      if (needed[i] && input_gradients[i] != ir::kNoValue) {
        FOVEA_ASSERT(graph.type(input_gradients[i]) == graph.type(node->inputs[i]));
        gradients.add(node->inputs[i], input_gradients[i]);
      }
  }
  FOVEA_CHECK(gaps.empty(), "no gradient flows through {}", gaps);
  take_gradients(gradients, forward, target, inputs, result);
  for (std::size_t i = 0; i < left_over.size(); ++i)
    graph.add_output(left_over[i], forward.value(result.remainders[i]).name + "/bias_term");
  return result;
}

}  // namespace fovea::autodiff
