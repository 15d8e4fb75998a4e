#include "ops/concat.hpp"
#include "backend/onednn/lowerings.hpp"

#include <algorithm>

namespace fovea::backend::onednn_detail {
namespace {

/// Operands up to which the library joins them; beyond, copying row by row is as fast.
constexpr std::size_t kMostOperands = 128;

bool supports_concat(const ir::Graph& graph, const ir::Node& node) {
  return node.inputs.size() <= kMostOperands &&
         std::all_of(node.inputs.begin(), node.inputs.end(),
                     [&](ir::ValueId id) { return graph.shape(id).elements() > 0; });
}

void lower_concat(OneDnnBuilder& builder, const ir::Node& node) {
  std::vector<Desc> descs;
  std::vector<OneDnnBuilder::Argument> reads;
  const bool all_short = std::all_of(node.inputs.begin(), node.inputs.end(), [&](ir::ValueId id) {
    return type_of(builder.native(id).desc) == Type::bf16;
  });
  const Type type = all_short ? Type::bf16 : Type::f32;
  for (ir::ValueId id : node.inputs) {
    const Place x = builder.place(id, OneDnnBuilder::channels_last_desc(builder.graph().shape(id), type));
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
  return {{&ops::concat(), supports_concat, lower_concat, kAnyType}};
}

}  // namespace fovea::backend::onednn_detail
