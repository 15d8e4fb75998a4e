#include "backend/onednn/axis_extents.hpp"
#include "backend/onednn/lowerings.hpp"
#include "ops/interpolate.hpp"
#include "ops/pad.hpp"

#include <algorithm>

/// Weighted sums along one axis after another: Interpolate, and Pad that reflects or repeats, with their
/// gradients.
namespace fovea::backend::onednn_detail {
namespace {

/// For each place along the axis of the result, which places along the operand's it sums with which weights:
/// those from begins[m] to begins[m + 1].
struct Taps {
  std::vector<std::int64_t> begins = {0};
  std::vector<std::int64_t> indices;
  std::vector<float> weights;
};

struct Tap {
  std::int64_t result = 0, operand = 0;
  float weight = 0;
};

Taps taps_of(std::vector<Tap> list, std::int64_t extent) {
  std::stable_sort(list.begin(), list.end(), [](const Tap& a, const Tap& b) { return a.result < b.result; });
  Taps taps;
  auto next = list.begin();
  for (std::int64_t m = 0; m < extent; ++m) {
    for (; next != list.end() && next->result == m; ++next) {
      taps.indices.push_back(next->operand);
      taps.weights.push_back(next->weight);
    }
    taps.begins.push_back(static_cast<std::int64_t>(taps.indices.size()));
  }
  return taps;
}

/// The sum over the inner extent for one place of the result.
void sum_taps(const Taps& taps, std::int64_t m, const float* x, float* y, std::int64_t inner) {
  const std::int64_t begin = taps.begins[static_cast<std::size_t>(m)],
                     end = taps.begins[static_cast<std::size_t>(m) + 1];
  if (begin == end)
    std::fill_n(y, inner, 0.0F);
  for (std::int64_t k = begin; k < end; ++k) {
    const float* from = x + taps.indices[static_cast<std::size_t>(k)] * inner;
    const float weight = taps.weights[static_cast<std::size_t>(k)];
    if (k == begin) {
#pragma omp simd
      for (std::int64_t i = 0; i < inner; ++i)
        y[i] = weight * from[i];
    } else {
#pragma omp simd
      for (std::int64_t i = 0; i < inner; ++i)
        y[i] += weight * from[i];
    }
  }
}

/// A step from x in memory of that order to `y`, whose axis has another extent.
void add_resampling(OneDnnBuilder& builder, const ir::Node& node, const Place& x, const Place& y,
                    const AxisExtents& e, Taps taps) {
  builder.add_kernel(node.op->name, {x}, {y}, [e, taps = std::move(taps)](const std::vector<void*>& at) {
    const auto* src = static_cast<const float*>(at[0]);
    auto* dst = static_cast<float*>(at[1]);
    const auto rows = static_cast<std::int64_t>(taps.begins.size()) - 1;
    share_rows(e.outer * rows, e.inner, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t outer = begin / rows, m = begin % rows, row = begin; row < end; ++row) {
        sum_taps(taps, m, src + outer * e.count * e.inner, dst + row * e.inner, e.inner);
        if (++m == rows) {
          m = 0;
          ++outer;
        }
      }
    });
  });
}

/// The axis alone of a tensor in memory of that order. Unlike extents_along, an extent of 1 counts here.
AxisExtents extents_at(const Shape& shape, std::int64_t axis, const MemoryOrder& order) {
  AxisExtents e;
  bool is_behind = false;
  for (const std::int64_t each : order) {
    (each == axis ? e.count : is_behind ? e.inner : e.outer) *= shape[each];
    is_behind = is_behind || each == axis;
  }
  return e;
}

/// Indices that are known and within the operand.
bool supports_interpolate(const ir::Graph& graph, const ir::Node& node) {
  if (!graph.has_elements(node.inputs[1]) || !graph.has_elements(node.inputs[2]))
    return false;
  const bool is_forward = node.op == &ops::interpolate();
  const std::int64_t extent =
      is_forward ? graph.shape(node.inputs[0])[node.attributes.as<ops::InterpolateAttributes>().axis]
                 : node.attributes.as<ops::InterpolateGradientAttributes>().extent;
  const auto indices = graph.value(node.inputs[1]).constant->data<std::int64_t>();
  return std::all_of(indices.begin(), indices.end(),
                     [=](std::int64_t index) { return index >= 0 && index < extent; });
}

void lower_interpolate(OneDnnBuilder& builder, const ir::Node& node) {
  const ir::Graph& graph = builder.graph();
  const bool is_forward = node.op == &ops::interpolate();
  const std::int64_t axis = is_forward ? node.attributes.as<ops::InterpolateAttributes>().axis
                                       : node.attributes.as<ops::InterpolateGradientAttributes>().axis;
  const auto indices = graph.value(node.inputs[1]).constant->data<std::int64_t>();
  const auto weights = graph.value(node.inputs[2]).constant->data<float>();
  const std::int64_t each = graph.shape(node.inputs[1])[1];
  std::vector<Tap> taps;
  for (std::size_t i = 0; i < indices.size(); ++i) {
    const std::int64_t row = static_cast<std::int64_t>(i) / each;
    if (!is_forward)
      taps.push_back({indices[i], row, weights[i]});
    else if (weights[i] != 0)  // what has no weight is not read: it may be infinite
      taps.push_back({row, indices[i], weights[i]});
  }
  const auto [x, order] = ordered_place(builder, node.inputs[0]);
  const Shape& result = graph.shape(node.outputs[0]);
  const Place y = builder.produce(node.outputs[0], desc_in_order(result, order));
  add_resampling(builder, node, x, y, extents_at(graph.shape(node.inputs[0]), axis, order),
                 taps_of(std::move(taps), result[axis]));
}

/// The taps of one padded axis, forward or of the gradient.
std::vector<Tap> pad_taps(std::int64_t begin, std::int64_t extent, std::int64_t padded,
                          const std::string& mode, bool is_forward) {
  std::vector<Tap> taps;
  for (std::int64_t at = 0; at < padded; ++at) {
    const std::int64_t from = ops::padded_source(at - begin, extent, mode);
    taps.push_back(is_forward ? Tap{at, from, 1} : Tap{from, at, 1});
  }
  return taps;
}

template <class PadLike>
void lower_pads(OneDnnBuilder& builder, const ir::Node& node, const PadLike& a, bool is_forward) {
  const ir::Graph& graph = builder.graph();
  const Shape& result = graph.shape(node.outputs[0]);
  auto [x, order] = ordered_place(builder, node.inputs[0]);
  Shape shape = graph.shape(node.inputs[0]);
  std::vector<std::int64_t> axes;
  for (std::int64_t axis = 0; axis < shape.rank(); ++axis)
    if (a.pads[static_cast<std::size_t>(axis)] != 0 || shape[axis] != result[axis])
      axes.push_back(axis);
  if (axes.empty())
    axes = {0};  // a copy
  for (const std::int64_t axis : axes) {
    const AxisExtents e = extents_at(shape, axis, order);
    const std::int64_t before = shape[axis], after = result[axis];
    shape[axis] = after;
    const Desc desc = desc_in_order(shape, order);
    const Place y = axis == axes.back() ? builder.produce(node.outputs[0], desc) : builder.scratch(desc);
    std::vector<Tap> taps = pad_taps(a.pads[static_cast<std::size_t>(axis)], is_forward ? before : after,
                                     is_forward ? after : before, a.mode, is_forward);
    add_resampling(builder, node, x, y, e, taps_of(std::move(taps), after));
    x = y;
  }
}

}  // namespace

void lower_mirrored_pad(OneDnnBuilder& builder, const ir::Node& node) {
  if (node.op == &ops::pad())
    lower_pads(builder, node, node.attributes.as<ops::PadAttributes>(), true);
  else
    lower_pads(builder, node, node.attributes.as<ops::PadGradientAttributes>(), false);
}

std::vector<OperatorLowering> resampling_lowerings() {
  return {{&ops::interpolate(), supports_interpolate, lower_interpolate},
          {&ops::interpolate_gradient(), supports_interpolate, lower_interpolate}};
}

}  // namespace fovea::backend::onednn_detail
