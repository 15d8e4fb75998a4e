#include "autodiff/baseline_twin.hpp"

#include <algorithm>
#include <numeric>

namespace fovea::autodiff {

BaselineTwin with_baseline(const ir::Graph& forward, ir::ValueId picture) {
  BaselineTwin result{forward, std::vector<ir::ValueId>(forward.values().size())};
  std::vector<ir::ValueId>& twins = result.twins;
  std::iota(twins.begin(), twins.end(), 0);
  const auto twin_of = [&](ir::ValueId id) {
    return id == ir::kNoValue ? id : twins[static_cast<std::size_t>(id)];
  };
  twins[static_cast<std::size_t>(picture)] = result.graph.add_input("baseline", forward.type(picture));
  for (const ir::Node& node : forward.nodes()) {
    if (std::all_of(node.inputs.begin(), node.inputs.end(),
                    [&](ir::ValueId id) { return twin_of(id) == id; }))
      continue;
    std::vector<ir::ValueId> inputs;
    std::transform(node.inputs.begin(), node.inputs.end(), std::back_inserter(inputs), twin_of);
    const std::vector<ir::ValueId> outputs =
        result.graph.add_node(*node.op, node.attributes, std::move(inputs), node.name + "/baseline").outputs;
    for (std::size_t i = 0; i < outputs.size(); ++i)
      twins[static_cast<std::size_t>(node.outputs[i])] = outputs[i];
  }
  result.graph.add_output(twin_of(forward.outputs().front()), "baseline_scores");
  return result;
}

}  // namespace fovea::autodiff
