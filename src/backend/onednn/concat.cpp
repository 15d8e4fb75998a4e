#include "ops/concat.hpp"
#include "backend/onednn/lowerings.hpp"
#include "ops/slice.hpp"
#include "ops/split.hpp"

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

/// The part of a value from `starts` on, copied out of it.
void add_part(OneDnnBuilder& builder, const ir::Node& node, const Place& x, const Dims& starts,
              ir::ValueId y) {
  const Shape& shape = builder.graph().shape(y);
  const Desc part = x.desc.submemory_desc(shape.dims(), starts);
  const Desc dense = OneDnnBuilder::channels_last_desc(shape, type_of(x.desc));
  builder.add_primitive(node.op->name, reorder(builder.engine(), part, dense),
                        {{DNNL_ARG_FROM, {x.buffer, part}}}, {{DNNL_ARG_TO, builder.produce(y, dense)}});
}

Place whole(OneDnnBuilder& builder, ir::ValueId x) {
  const Type type = type_of(builder.native(x).desc);
  return builder.place(x, OneDnnBuilder::channels_last_desc(builder.graph().shape(x), type));
}

bool supports_split(const ir::Graph& graph, const ir::Node& node) {
  return std::all_of(node.outputs.begin(), node.outputs.end(),
                     [&](ir::ValueId id) { return graph.shape(id).elements() > 0; });
}

void lower_split(OneDnnBuilder& builder, const ir::Node& node) {
  const auto& a = node.attributes.as<ops::SplitAttributes>();
  const Place x = whole(builder, node.inputs[0]);
  Dims starts(static_cast<std::size_t>(builder.graph().shape(node.inputs[0]).rank()), 0);
  for (std::size_t i = 0; i < node.outputs.size(); ++i) {
    if (builder.uses()[static_cast<std::size_t>(node.outputs[i])] > 0)
      add_part(builder, node, x, starts, node.outputs[i]);
    starts[static_cast<std::size_t>(a.axis)] += a.sizes[i];
  }
}

bool supports_slice(const ir::Graph&, const ir::Node& node) {
  const auto& steps = node.attributes.as<ops::SliceAttributes>().steps;
  return std::all_of(steps.begin(), steps.end(), [](std::int64_t step) { return step == 1; });
}

void lower_slice(OneDnnBuilder& builder, const ir::Node& node) {
  add_part(builder, node, whole(builder, node.inputs[0]), node.attributes.as<ops::SliceAttributes>().starts,
           node.outputs[0]);
}

}  // namespace

std::vector<OperatorLowering> concat_lowerings() {
  return {{&ops::concat(), supports_concat, lower_concat, kAnyType},
          {&ops::slice(), supports_slice, lower_slice, kAnyType},
          {&ops::split(), supports_split, lower_split, kAnyType}};
}

}  // namespace fovea::backend::onednn_detail
