#include "autodiff/rules/relevance.hpp"
#include "autodiff/rules/relevance_graph.hpp"
#include "ops/broadcast.hpp"
#include "ops/custom.hpp"
#include "ops/max.hpp"
#include "ops/min.hpp"
#include "ops/mul.hpp"

namespace fovea::autodiff {
namespace {

constexpr std::string_view kUnchanged = "unchanged";

/// All of `relevance` to one input, summed over the axes along which that is stretched.
std::vector<ir::ValueId> pass_to(ir::GradientContext& c, std::size_t input, ir::ValueId relevance) {
  std::vector<ir::ValueId> all(c.input_count(), ir::kNoValue);
  all[input] = ops::sum_to_shape(c, relevance, c.shape(c.x(input)));
  return all;
}

/// To the first input that depends on the picture: the function's argument, the base of a power, the
/// dividend.
std::vector<ir::ValueId> pass_on(ir::GradientContext& c) {
  std::size_t input = 0;
  while (!c.needs(input))
    ++input;
  return pass_to(c, input, c.dy());
}

std::vector<ir::ValueId> pass_to_signal(ir::GradientContext& c) {
  const std::size_t signal = signal_of(c.graph(), c.node()).value();
  return pass_to(c, c.needs(signal) ? signal : 1 - signal, c.dy());
}

std::vector<ir::ValueId> pass_in_halves(ir::GradientContext& c) {
  if (!c.needs(0) || !c.needs(1))
    return pass_on(c);
  const ir::ValueId half = c.emit(ops::mul(), {c.dy(), c.scalar(0.5, c.dtype(c.dy()))});
  return {pass_to(c, 0, half)[0], pass_to(c, 1, half)[1]};
}

bool has_signal(const ir::Graph& graph, const ir::Node& node) {
  return signal_of(graph, node).has_value();
}

/// How a custom operator should redistribute relevance is unknown.
std::vector<ir::ValueId> refuse_custom(ir::GradientContext& c) {
  throw InputError(fmt::format("'{}' ({}): relevance rules do not support custom operators", c.node().name,
                               c.attributes<ops::CustomAttributes>().operator_name));
}

bool is_product(const ir::Graph& graph, const ir::Node& node) {
  return !has_constant_operand(graph, node);
}

bool is_pass_through(const ir::Graph&, const ir::Node& node) {
  return node.op->traits.relevance == ir::Relevance::PassThrough;
}

}  // namespace

Overrides pass_through() {
  return {{&ops::mul(), pass_to_signal, has_signal, "all to the signal, none to the gate"},
          {&ops::mul(), pass_in_halves, is_product, "half to each factor"},
          {&ops::max(), pass_on, has_constant_operand, kUnchanged},
          {&ops::min(), pass_on, has_constant_operand, kUnchanged},
          {&ops::custom(), refuse_custom},
          {&ops::custom_without_backward(), refuse_custom},
          {nullptr, pass_on, is_pass_through, kUnchanged}};
}

bool routes_relevance(const ir::Operator& op) {
  return op.traits.relevance == ir::Relevance::Routed;
}

}  // namespace fovea::autodiff
