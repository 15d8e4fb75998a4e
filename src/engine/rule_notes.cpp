#include "engine/rule_notes.hpp"

#include "ops/functions.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace fovea {
namespace {

std::string node_list(const autodiff::NodeCounts& counts) {
  std::string text;
  for (const auto& [op, count] : counts)
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, op);
  return text;
}

/// What became of the relevance at the nodes of each operator.
std::string describe_treatments(std::string_view rule, const autodiff::Differentiated& made) {
  std::string text;
  for (const auto& [treatment, counts] : made.treated)
    text += fmt::format("{}{} at {}", text.empty() ? "" : "; ", treatment, node_list(counts));
  if (!made.passed_by.empty())
    text += fmt::format("; moved as gradients are: {}", node_list(made.passed_by));
  return fmt::format("rule {}: {}", rule, text);
}

}  // namespace

std::string describe_rule(std::string_view rule, const autodiff::Differentiated& made) {
  if (!made.treated.empty())
    return describe_treatments(rule, made);
  std::string text = made.overridden.empty()
                         ? fmt::format("rule {} met no Relu: the result is the plain gradient", rule)
                         : fmt::format("rule {} acted on {}", rule, node_list(made.overridden));
  if (!made.passed_by.empty())
    text += fmt::format("; left alone: {}", node_list(made.passed_by));
  return text;
}

void note_estimates(const ir::Graph& forward, ProgramReport& report) {
  const auto count = std::count_if(forward.nodes().begin(), forward.nodes().end(), [](const ir::Node& node) {
    return node.op == &ops::round_straight_through();
  });
  if (count > 0)
    report.notes.push_back(fmt::format(
        "gradients pass straight through the rounding of {} quantisation{}, as if it were not there", count,
        count == 1 ? "" : "s"));
}

}  // namespace fovea
