#include "backend/onednn/bit_kernels.hpp"
#include "backend/onednn/lowerings.hpp"
#include "ops/clip_mask.hpp"
#include "ops/functions.hpp"
#include "ops/masked.hpp"
#include "ops/relu_mask.hpp"

#include <algorithm>

namespace fovea::backend::onednn_detail {
namespace {

/// The bits have a layout that nothing else could read.
bool supports_mask(const ir::Graph& graph, const ir::Node& node) {
  const ir::ValueId mask = node.outputs[0];
  const std::vector<ir::NodeId>& readers = graph.readers(mask);
  return !graph.is_output(mask) && std::all_of(readers.begin(), readers.end(), [&](ir::NodeId id) {
    const ir::Node& reader = graph.nodes()[static_cast<std::size_t>(id)];
    return reader.op == &ops::masked() && graph.type(reader.inputs[0]).dtype == DType::F32;
  });
}

bool supports_masked(const ir::Graph& graph, const ir::Node& node) {
  const ir::Node* mask = graph.producer(node.inputs[1]);
  return mask && lowering_for(graph, *mask) != nullptr;
}

std::int64_t elements_of(const Desc& desc) {
  return static_cast<std::int64_t>(desc.get_size() / (type_of(desc) == Type::bf16 ? 2 : 4));
}

/// Calls `f` with an element of the layout's type.
template <class F>
void with_element(const Desc& desc, const F& f) {
  type_of(desc) == Type::bf16 ? f(Bf16()) : f(float());
}

/// A float32 value that convolutions of bfloat16 operands will read gets its rounded copy while it is in the
/// cache.
bool wants_short_copy(const OneDnnBuilder& builder, ir::ValueId id, const Desc& desc) {
  return type_of(desc) == Type::f32 && builder.operand_type() == Type::bf16 && builder.is_convolved(id);
}

/// A mask's place carries the layout of what it looked at, not its own.
void lower_mask(OneDnnBuilder& builder, const ir::Node& node) {
  const Place x = builder.native(node.inputs[0]);
  const std::int64_t count = elements_of(x.desc);
  const Place bits = builder.produce_bits(node.outputs[0], x.desc, bytes_for_bits(count));
  if (node.op == &ops::relu_mask() && wants_short_copy(builder, node.inputs[0], x.desc)) {
    const Place copy = builder.produce(node.inputs[0], retyped(x.desc, Type::bf16));
    return builder.add_kernel(node.op->name, {x}, {bits, copy}, [=](const std::vector<void*>& at) {
      bits_positive(static_cast<const float*>(at[0]), static_cast<std::uint8_t*>(at[1]),
                    static_cast<Bf16*>(at[2]), count);
    });
  }
  with_element(x.desc, [&]<class T>(T) {
    if (node.op == &ops::relu_mask())
      return builder.add_kernel(node.op->name, {x}, {bits}, [=](const std::vector<void*>& at) {
        bits_positive(static_cast<const T*>(at[0]), static_cast<std::uint8_t*>(at[1]), count);
      });
    const auto& a = node.attributes.as<ops::ClipAttributes>();
    const auto low = static_cast<float>(a.min), high = static_cast<float>(a.max);
    builder.add_kernel(node.op->name, {x}, {bits}, [=](const std::vector<void*>& at) {
      bits_inside(static_cast<const T*>(at[0]), low, high, static_cast<std::uint8_t*>(at[1]), count);
    });
  });
}

void lower_masked(OneDnnBuilder& builder, const ir::Node& node) {
  const Place mask = builder.native(node.inputs[1]);
  const Type type = type_of(builder.native(node.inputs[0]).desc);
  const Place x = builder.place(node.inputs[0], retyped(mask.desc, type));
  const Place y = builder.produce_in_place(node.inputs[0], x, node.outputs[0]);
  const std::int64_t count = elements_of(x.desc);
  if (wants_short_copy(builder, node.outputs[0], y.desc)) {
    const Place copy = builder.produce(node.outputs[0], retyped(y.desc, Type::bf16));
    return builder.add_kernel(node.op->name, {x, mask}, {y, copy}, [=](const std::vector<void*>& at) {
      keep_where(static_cast<const float*>(at[0]), static_cast<const std::uint8_t*>(at[1]),
                 static_cast<float*>(at[2]), static_cast<Bf16*>(at[3]), count);
    });
  }
  with_element(x.desc, [&]<class T>(T) {
    builder.add_kernel(node.op->name, {x, mask}, {y}, [=](const std::vector<void*>& at) {
      keep_where(static_cast<const T*>(at[0]), static_cast<const std::uint8_t*>(at[1]),
                 static_cast<T*>(at[2]), count);
    });
  });
}

}  // namespace

bool is_mask(const ir::Operator& op) {
  return &op == &ops::relu_mask() || &op == &ops::clip_mask();
}

std::vector<OperatorLowering> mask_lowerings() {
  return {{&ops::relu_mask(), supports_mask, lower_mask, kAnyType},
          {&ops::clip_mask(), supports_mask, lower_mask, kAnyType},
          {&ops::masked(), supports_masked, lower_masked, kAnyType}};
}

}  // namespace fovea::backend::onednn_detail
