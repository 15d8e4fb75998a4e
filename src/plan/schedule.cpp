#include "plan/schedule.hpp"

#include <algorithm>

namespace fovea::plan {

Schedule make_schedule(const ir::Graph& graph, const std::vector<ir::ValueId>& forward_outputs) {
  std::vector<bool> wanted(graph.values().size(), false);
  for (ir::ValueId id : forward_outputs)
    wanted[static_cast<std::size_t>(id)] = true;
  std::vector<bool> is_forward(graph.nodes().size(), false);
  for (std::size_t n = graph.nodes().size(); n-- > 0;) {
    const ir::Node& node = graph.nodes()[n];
    is_forward[n] = std::any_of(node.outputs.begin(), node.outputs.end(),
                                [&](ir::ValueId id) { return wanted[static_cast<std::size_t>(id)]; });
    if (is_forward[n])
      for (ir::ValueId id : node.inputs)
        if (id != ir::kNoValue)
          wanted[static_cast<std::size_t>(id)] = true;
  }
  Schedule schedule;
  for (bool forward : {true, false}) {
    for (std::size_t n = 0; n < graph.nodes().size(); ++n)
      if (is_forward[n] == forward)
        schedule.order.push_back(static_cast<ir::NodeId>(n));
    if (forward)
      schedule.forward = schedule.order.size();
  }
  return schedule;
}

}  // namespace fovea::plan
