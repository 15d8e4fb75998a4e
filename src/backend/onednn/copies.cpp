#include "backend/onednn/lowerings.hpp"
#include "backend/onednn/memory_order.hpp"
#include "backend/onednn/parallel.hpp"
#include "backend/onednn/strided_copy.hpp"
#include "ops/broadcast.hpp"
#include "ops/expand.hpp"
#include "ops/pad.hpp"
#include "ops/slice.hpp"
#include "ops/split.hpp"
#include "ops/transpose.hpp"
#include "passes/fold_constants.hpp"

#include <algorithm>

/// What only moves elements: Transpose, Slice, Split, Pad, Expand and their gradients.
namespace fovea::backend::onednn_detail {
namespace {

bool supports_all(const ir::Graph&, const ir::Node&) {
  return true;
}

/// Where the result has elements that nothing is copied to.
struct Fill {
  std::int64_t count = 0;
  float value = 0;
};

void add_copy(OneDnnBuilder& builder, const ir::Node& node, const Place& x, const Place& y,
              const StridedCopy& copy, const Fill& fill = {}) {
  builder.add_kernel(node.op->name, {x}, {y}, [copy = copy.merged(), fill](const std::vector<void*>& at) {
    auto* to = static_cast<float*>(at[1]);
    if (fill.count > 0)
      run_fill(fill.value, to, fill.count);
    run_copy(copy, static_cast<const float*>(at[0]), to);
  });
}

std::int64_t offset_of(const std::vector<std::int64_t>& starts, const std::vector<std::int64_t>& strides) {
  std::int64_t offset = 0;
  for (std::size_t i = 0; i < starts.size(); ++i)
    offset += starts[i] * strides[i];
  return offset;
}

/// The elements of a tensor of shape `whole` that a slice takes, in memory of that order: their extents,
/// their strides and the first one's place.
struct Region {
  std::vector<std::int64_t> extents, strides;
  std::int64_t offset = 0;
};

template <class SliceLike>
Region region_of(const SliceLike& a, const Shape& whole, const MemoryOrder& order) {
  Region region{in_order(a.sizes, order), dense_strides(in_order(whole.dims(), order)), 0};
  region.offset = offset_of(in_order(a.starts, order), region.strides);
  const std::vector<std::int64_t> steps = in_order(a.steps, order);
  for (std::size_t i = 0; i < steps.size(); ++i)
    region.strides[i] = region.extents[i] > 1 ? region.strides[i] * steps[i] : 0;
  return region;
}

/// Whether the value is kept as bfloat16, which the library copies as it is.
bool is_short(OneDnnBuilder& builder, ir::ValueId id) {
  return type_of(builder.native(id).desc) == Type::bf16;
}

/// The part of a bfloat16 value from `starts` on, every element of it.
void add_short_part(OneDnnBuilder& builder, const ir::Node& node, const Dims& starts, ir::ValueId y) {
  const Shape& shape = builder.graph().shape(y);
  const Place x = builder.place(
      node.inputs[0], OneDnnBuilder::channels_last_desc(builder.graph().shape(node.inputs[0]), Type::bf16));
  const Desc part = x.desc.submemory_desc(shape.dims(), starts);
  const Desc dense = OneDnnBuilder::channels_last_desc(shape, Type::bf16);
  builder.add_primitive(node.op->name, reorder(builder.engine(), part, dense),
                        {{DNNL_ARG_FROM, {x.buffer, part}}}, {{DNNL_ARG_TO, builder.produce(y, dense)}});
}

bool takes_every_element(const std::vector<std::int64_t>& steps) {
  return std::all_of(steps.begin(), steps.end(), [](std::int64_t step) { return step == 1; });
}

void lower_slice(OneDnnBuilder& builder, const ir::Node& node) {
  const ir::Graph& graph = builder.graph();
  const auto& a = node.attributes.as<ops::SliceAttributes>();
  if (is_short(builder, node.inputs[0]) && takes_every_element(a.steps))
    return add_short_part(builder, node, a.starts, node.outputs[0]);
  const auto [x, order] = ordered_place(builder, node.inputs[0]);
  const Region from = region_of(a, graph.shape(node.inputs[0]), order);
  const Place y = builder.produce(node.outputs[0], desc_in_order(graph.shape(node.outputs[0]), order));
  add_copy(builder, node, x, y, {from.extents, from.strides, dense_strides(from.extents), from.offset, 0});
}

void lower_slice_gradient(OneDnnBuilder& builder, const ir::Node& node) {
  const auto& a = node.attributes.as<ops::SliceGradientAttributes>();
  const auto [dy, order] = ordered_place(builder, node.inputs[0]);
  const Region to = region_of(a, a.shape, order);
  const Place dx = builder.produce(node.outputs[0], desc_in_order(a.shape, order));
  const std::int64_t copied = builder.graph().shape(node.inputs[0]).elements();
  add_copy(builder, node, dy, dx, {to.extents, dense_strides(to.extents), to.strides, 0, to.offset},
           {copied == a.shape.elements() ? 0 : a.shape.elements(), 0});
}

void lower_split(OneDnnBuilder& builder, const ir::Node& node) {
  const ir::Graph& graph = builder.graph();
  const std::int64_t axis = node.attributes.as<ops::SplitAttributes>().axis;
  if (is_short(builder, node.inputs[0])) {
    Dims starts(static_cast<std::size_t>(graph.shape(node.inputs[0]).rank()), 0);
    for (const ir::ValueId id : node.outputs) {
      add_short_part(builder, node, starts, id);
      starts[static_cast<std::size_t>(axis)] += graph.shape(id)[axis];
    }
    return;
  }
  const auto [x, order] = ordered_place(builder, node.inputs[0]);
  const std::vector<std::int64_t> strides =
      dense_strides(in_order(graph.shape(node.inputs[0]).dims(), order));
  const std::int64_t stride =
      strides[static_cast<std::size_t>(std::find(order.begin(), order.end(), axis) - order.begin())];
  std::int64_t begin = 0;
  for (const ir::ValueId id : node.outputs) {
    const Shape& shape = graph.shape(id);
    const std::vector<std::int64_t> extents = in_order(shape.dims(), order);
    const Place y = builder.produce(id, desc_in_order(shape, order));
    add_copy(builder, node, x, y, {extents, strides, dense_strides(extents), begin * stride, 0});
    begin += shape[axis];
  }
}

bool all_parts_have_elements(const ir::Graph& graph, const ir::Node& node) {
  return std::all_of(node.outputs.begin(), node.outputs.end(),
                     [&](ir::ValueId id) { return graph.shape(id).elements() > 0; });
}

/// A copy of x into the middle of a padded y, or of y's middle to x.
struct Padding {
  std::vector<std::int64_t> extents;  ///< what both have
  std::vector<std::int64_t> inner_strides, outer_strides;
  std::int64_t inner = 0, outer = 0;
};

template <class PadLike>
Padding padding_of(const PadLike& a, const Shape& x, const Shape& y, const MemoryOrder& order) {
  std::vector<std::int64_t> begins(a.pads.begin(), a.pads.begin() + x.rank());
  std::vector<std::int64_t> ends(a.pads.begin() + x.rank(), a.pads.end());
  begins = in_order(begins, order);
  ends = in_order(ends, order);
  Padding p{in_order(x.dims(), order), dense_strides(in_order(x.dims(), order)),
            dense_strides(in_order(y.dims(), order))};
  for (std::size_t i = 0; i < begins.size(); ++i) {
    const std::int64_t cropped = std::max<std::int64_t>(-begins[i], 0);
    p.extents[i] = std::max<std::int64_t>(p.extents[i] - cropped - std::max<std::int64_t>(-ends[i], 0), 0);
    p.inner += cropped * p.inner_strides[i];
    p.outer += std::max<std::int64_t>(begins[i], 0) * p.outer_strides[i];
  }
  return p;
}

void lower_pad(OneDnnBuilder& builder, const ir::Node& node) {
  const ir::Graph& graph = builder.graph();
  const auto& a = node.attributes.as<ops::PadAttributes>();
  if (a.mode != "constant")
    return lower_mirrored_pad(builder, node);
  const auto [x, order] = ordered_place(builder, node.inputs[0]);
  const Shape& shape = graph.shape(node.outputs[0]);
  const Padding p = padding_of(a, graph.shape(node.inputs[0]), shape, order);
  const Place y = builder.produce(node.outputs[0], desc_in_order(shape, order));
  add_copy(builder, node, x, y, {p.extents, p.inner_strides, p.outer_strides, p.inner, p.outer},
           {shape.elements(), static_cast<float>(a.value)});
}

void lower_pad_gradient(OneDnnBuilder& builder, const ir::Node& node) {
  const auto& a = node.attributes.as<ops::PadGradientAttributes>();
  if (a.mode != "constant")
    return lower_mirrored_pad(builder, node);
  const auto [dy, order] = ordered_place(builder, node.inputs[0]);
  const Padding p = padding_of(a, a.shape, builder.graph().shape(node.inputs[0]), order);
  const Place dx = builder.produce(node.outputs[0], desc_in_order(a.shape, order));
  const bool is_cropped = p.extents != in_order(a.shape.dims(), order);
  add_copy(builder, node, dy, dx, {p.extents, p.outer_strides, p.inner_strides, p.outer, p.inner},
           {is_cropped ? a.shape.elements() : 0, 0});
}

void lower_expand(OneDnnBuilder& builder, const ir::Node& node) {
  const ir::Graph& graph = builder.graph();
  const Shape& shape = graph.shape(node.outputs[0]);
  const Place x = builder.plain(node.inputs[0]);
  const Place y = builder.produce(node.outputs[0], OneDnnBuilder::plain_desc(shape));
  add_copy(builder, node, x, y,
           {shape.dims(), ops::broadcast_strides(graph.shape(node.inputs[0]), shape),
            dense_strides(shape.dims()), 0, 0});
}

/// Where nothing else reads x, its memory is the result's, read in another order; a reader that wants it
/// row-major gets a copy then, and a matrix product takes it as it is.
void lower_transpose(OneDnnBuilder& builder, const ir::Node& node) {
  if (passes::is_transposed_weights(builder.graph(), node))
    return;  // the matrix products read the weights themselves
  const auto& perm = node.attributes.as<ops::TransposeAttributes>().perm;
  const Shape& shape = builder.graph().shape(node.outputs[0]);
  const auto [x, order] = ordered_place(builder, node.inputs[0]);
  MemoryOrder seen;  // x's order in terms of the result's axes
  for (const std::int64_t axis : order)
    seen.push_back(std::find(perm.begin(), perm.end(), axis) - perm.begin());
  const Place view{x.buffer, desc_in_order(shape, seen)};
  if (builder.may_overwrite(node.inputs[0])) {
    builder.produce_in_place(node.inputs[0], view, node.outputs[0]);
    return;
  }
  const Place y = builder.produce(node.outputs[0], OneDnnBuilder::plain_desc(shape));
  builder.add_primitive(node.op->name, reorder(builder.engine(), view.desc, y.desc), {{DNNL_ARG_FROM, view}},
                        {{DNNL_ARG_TO, y}});
}

}  // namespace

std::vector<OperatorLowering> copy_lowerings() {
  return {{&ops::slice(), supports_all, lower_slice, kAnyType},
          {&ops::slice_gradient(), supports_all, lower_slice_gradient},
          {&ops::split(), all_parts_have_elements, lower_split, kAnyType},
          {&ops::pad(), supports_all, lower_pad},
          {&ops::pad_gradient(), supports_all, lower_pad_gradient},
          {&ops::expand(), supports_all, lower_expand},
          {&ops::transpose(), supports_all, lower_transpose}};
}

}  // namespace fovea::backend::onednn_detail
