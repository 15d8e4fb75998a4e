#include "ops/concat.hpp"
#include "backend/onednn/lowerings.hpp"

#include <algorithm>

namespace fovea::backend::onednn_detail {
namespace {

bool supports_concat(const ir::Graph& graph, const ir::Node& node) {
  return std::all_of(node.inputs.begin(), node.inputs.end(),
                     [&](ir::ValueId id) { return graph.shape(id).elements() > 0; });
}

void lower_concat(OneDnnBuilder& builder, const ir::Node& node) {
  std::vector<Desc> descs;
  std::vector<OneDnnBuilder::Argument> reads;
  for (ir::ValueId id : node.inputs) {
    const Place x = builder.place(id);
    reads.emplace_back(DNNL_ARG_MULTIPLE_SRC + static_cast<int>(descs.size()), x);
    descs.push_back(x.desc);
  }
  const Concat joined =
      concat(builder.engine(), static_cast<int>(node.attributes.as<ops::ConcatAttributes>().axis), descs);
  builder.add_primitive(node.op->name, joined, reads,
                        {{DNNL_ARG_DST, builder.produce(node.outputs[0], joined.dst)}});
}

}  // namespace

std::vector<OperatorLowering> concat_lowerings() {
  return {{&ops::concat(), supports_concat, lower_concat}};
}

}  // namespace fovea::backend::onednn_detail
