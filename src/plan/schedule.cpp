#include "plan/schedule.hpp"

#include <algorithm>

namespace fovea::plan {
namespace {

std::int64_t bytes_of(const ir::Graph& graph, ir::ValueId id) {
  return graph.shape(id).elements() * static_cast<std::int64_t>(size_of(graph.type(id).dtype));
}

/// Whether a node reads results of the forward part alone and needs less room than they do.
bool is_summary(const ir::Graph& graph, const ir::Node& node, const std::vector<bool>& is_forward) {
  std::int64_t read = 0, written = 0;
  for (ir::ValueId id : node.inputs) {
    if (id == ir::kNoValue || graph.is_constant(id))
      continue;
    const ir::NodeId producer = graph.value(id).producer;
    if (producer == ir::kNoNode || !is_forward[static_cast<std::size_t>(producer)])
      return false;
    read += bytes_of(graph, id);
  }
  for (ir::ValueId id : node.outputs)
    written += bytes_of(graph, id);
  return written < read;
}

/// Values that the backward pass derives from the forward part are computed during the forward part if they
/// are smaller: masks for activations.
void hoist_summaries(const ir::Graph& graph, std::vector<bool>& is_forward) {
  for (std::size_t n = 0; n < graph.nodes().size(); ++n)
    if (!is_forward[n] && is_summary(graph, graph.nodes()[n], is_forward))
      is_forward[n] = true;
}

}  // namespace

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
  hoist_summaries(graph, is_forward);
  Schedule schedule;
  schedule.forward_outputs = forward_outputs.size();
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
