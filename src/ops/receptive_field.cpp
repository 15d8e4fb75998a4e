#include "ops/receptive_field.hpp"

#include "base/check.hpp"
#include "ops/reach_rules.hpp"

namespace fovea::ops {
namespace {

/// Of an output of the node, whatever its inputs reach.
Reach reach_of(const ReachCall& call, std::size_t output) {
  bool depends = false;
  for (std::size_t i = 0; i < call.node.inputs.size(); ++i) {
    if (call.x(i).of == Reach::Of::WholePicture)
      return kWholePicture;
    depends = depends || call.x(i).of == Reach::Of::Fields;
  }
  if (!depends)
    return {};
  const ir::Traits& traits = call.node.op->traits;
  if (!traits.reach)
    return traits.pointwise ? pointwise_reach(call, output) : kWholePicture;
  const bool can_be_asked = traits.reach_of_any_input || call.x().of == Reach::Of::Fields;
  return can_be_asked ? traits.reach(call, output) : kWholePicture;
}

}  // namespace

std::vector<Reach> receptive_fields(const ir::Graph& graph, ir::ValueId picture) {
  FOVEA_CHECK(graph.shape(picture).rank() == 4, "expected a picture of [N,C,H,W], found {}",
              to_string(graph.shape(picture)));
  std::vector<Reach> reaches(graph.values().size());
  reaches[static_cast<std::size_t>(picture)].of = Reach::Of::Fields;
  for (const ir::Node& node : graph.nodes())
    for (std::size_t i = 0; i < node.outputs.size(); ++i)
      reaches[static_cast<std::size_t>(node.outputs[i])] = reach_of({graph, node, reaches}, i);
  return reaches;
}

}  // namespace fovea::ops
