#include "backend/onednn/bit_kernels.hpp"
#include "backend/onednn/lowerings.hpp"
#include "ops/clip.hpp"
#include "ops/inside.hpp"
#include "ops/masked.hpp"
#include "ops/positive.hpp"

#include <algorithm>

namespace fovea::backend::onednn_detail {
namespace {

bool is_output(const ir::Graph& graph, ir::ValueId id) {
  return std::find(graph.outputs().begin(), graph.outputs().end(), id) != graph.outputs().end();
}

/// The bits have a layout that nothing else could read.
bool supports_mask(const ir::Graph& graph, const ir::Node& node) {
  const ir::ValueId mask = node.outputs[0];
  return !is_output(graph, mask) &&
         std::all_of(graph.nodes().begin(), graph.nodes().end(), [&](const ir::Node& reader) {
           const bool reads =
               std::find(reader.inputs.begin(), reader.inputs.end(), mask) != reader.inputs.end();
           return !reads || (reader.op == &ops::masked() && graph.type(reader.inputs[0]).dtype == DType::F32);
         });
}

bool supports_masked(const ir::Graph& graph, const ir::Node& node) {
  const ir::Node* mask = graph.producer(node.inputs[1]);
  return mask && lowering_for(graph, *mask) != nullptr;
}

std::int64_t elements_of(const Desc& desc) {
  return static_cast<std::int64_t>(desc.get_size() / sizeof(float));
}

/// A mask's place carries the layout of what it looked at, not its own.
void lower_mask(OneDnnBuilder& builder, const ir::Node& node) {
  const Place x = builder.place(node.inputs[0]);
  const std::int64_t count = elements_of(x.desc);
  const Place bits = builder.produce_bits(node.outputs[0], x.desc, bytes_for_bits(count));
  if (node.op == &ops::positive())
    return builder.add_kernel(node.op->name, {x}, {bits}, [=](const std::vector<void*>& at) {
      bits_positive(static_cast<const float*>(at[0]), static_cast<std::uint8_t*>(at[1]), count);
    });
  const auto& a = node.attributes.as<ops::ClipAttributes>();
  const auto low = static_cast<float>(a.min), high = static_cast<float>(a.max);
  builder.add_kernel(node.op->name, {x}, {bits}, [=](const std::vector<void*>& at) {
    bits_inside(static_cast<const float*>(at[0]), low, high, static_cast<std::uint8_t*>(at[1]), count);
  });
}

void lower_masked(OneDnnBuilder& builder, const ir::Node& node) {
  const Place mask = builder.place(node.inputs[1]);
  const Place x = builder.place(node.inputs[0], mask.desc);
  const Place y = builder.produce_in_place(node.inputs[0], x, node.outputs[0]);
  const std::int64_t count = elements_of(mask.desc);
  builder.add_kernel(node.op->name, {x, mask}, {y}, [=](const std::vector<void*>& at) {
    keep_where(static_cast<const float*>(at[0]), static_cast<const std::uint8_t*>(at[1]),
               static_cast<float*>(at[2]), count);
  });
}

}  // namespace

bool is_mask(const ir::Operator& op) {
  return &op == &ops::positive() || &op == &ops::inside();
}

std::vector<OperatorLowering> mask_lowerings() {
  return {{&ops::positive(), supports_mask, lower_mask},
          {&ops::inside(), supports_mask, lower_mask},
          {&ops::masked(), supports_masked, lower_masked}};
}

}  // namespace fovea::backend::onednn_detail
