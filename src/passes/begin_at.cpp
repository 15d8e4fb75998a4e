#include "passes/begin_at.hpp"

#include <algorithm>

namespace fovea::passes {
namespace {

/// Which values the outputs need, if `start` is given.
std::vector<bool> values_needed(const ir::Graph& graph, ir::ValueId start) {
  std::vector<bool> needed(graph.values().size(), false);
  const auto need = [&](ir::ValueId id) {
    if (id != ir::kNoValue && id != start)
      needed[static_cast<std::size_t>(id)] = true;
  };
  std::for_each(graph.outputs().begin(), graph.outputs().end(), need);
  for (auto node = graph.nodes().rbegin(); node != graph.nodes().rend(); ++node)
    if (std::any_of(node->outputs.begin(), node->outputs.end(),
                    [&](ir::ValueId id) { return needed[static_cast<std::size_t>(id)]; }))
      std::for_each(node->inputs.begin(), node->inputs.end(), need);
  return needed;
}

}  // namespace

ir::Graph begin_at(const ir::Graph& graph, ir::ValueId value) {
  FOVEA_ASSERT(graph.producer(value));
  const std::vector<bool> needed = values_needed(graph, value);
  const auto is_needed = [&](ir::ValueId id) { return needed[static_cast<std::size_t>(id)]; };
  ir::Graph to;
  std::vector<ir::ValueId> mapped(graph.values().size(), ir::kNoValue);
  const auto place_of = [&](ir::ValueId id) -> ir::ValueId& { return mapped[static_cast<std::size_t>(id)]; };
  const auto map = [&](ir::ValueId id) {
    if (id != ir::kNoValue && place_of(id) == ir::kNoValue)
      place_of(id) = to.add_constant(graph.value(id).name, *graph.value(id).constant);
    return id == ir::kNoValue ? id : place_of(id);
  };
  place_of(value) = to.add_input(graph.value(value).name, graph.type(value));
  for (ir::ValueId id : graph.inputs())
    if (is_needed(id))
      place_of(id) = to.add_input(graph.value(id).name, graph.type(id));
  for (const ir::Node& node : graph.nodes()) {
    if (std::none_of(node.outputs.begin(), node.outputs.end(), is_needed))
      continue;
    std::vector<ir::ValueId> inputs;
    std::transform(node.inputs.begin(), node.inputs.end(), std::back_inserter(inputs), map);
    const std::vector<ir::ValueId> outputs =
        to.add_node(*node.op, node.attributes, std::move(inputs), node.name).outputs;
    for (std::size_t i = 0; i < outputs.size(); ++i)
      if (node.outputs[i] != value) {
        to.rename(outputs[i], graph.value(node.outputs[i]).name);
        place_of(node.outputs[i]) = outputs[i];
      }
  }
  for (std::size_t i = 0; i < graph.outputs().size(); ++i)
    if (graph.outputs()[i] != value)
      to.add_output(map(graph.outputs()[i]), graph.output_names()[i]);
  return to;
}

}  // namespace fovea::passes
