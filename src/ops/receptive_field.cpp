#include "ops/receptive_field.hpp"

#include "ops/average_pool.hpp"
#include "ops/concat.hpp"
#include "ops/conv.hpp"
#include "ops/conv_transpose.hpp"
#include "ops/cum_sum.hpp"
#include "ops/gather.hpp"
#include "ops/interpolate.hpp"
#include "ops/layer_normalization.hpp"
#include "ops/log_softmax.hpp"
#include "ops/mat_mul.hpp"
#include "ops/max_pool.hpp"
#include "ops/pad.hpp"
#include "ops/pointwise.hpp"
#include "ops/reduce_max.hpp"
#include "ops/reduce_mean.hpp"
#include "ops/reduce_prod.hpp"
#include "ops/reduce_sum.hpp"
#include "ops/reshape.hpp"
#include "ops/slice.hpp"
#include "ops/softmax.hpp"
#include "ops/split.hpp"
#include "ops/transpose.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace fovea::ops {
namespace {

constexpr Reach kWholePicture = {Reach::Of::WholePicture, {}};

/// One node, and what is known of the values before it.
struct Call {
  const ir::Graph& graph;
  const ir::Node& node;
  const std::vector<Reach>& reaches;

  const Shape& x_shape(std::size_t i = 0) const { return graph.shape(node.inputs[i]); }
  const Shape& y_shape() const { return graph.shape(node.outputs[0]); }
  Reach x(std::size_t i = 0) const {
    const bool there = i < node.inputs.size() && node.inputs[i] != ir::kNoValue;
    return there ? reaches[static_cast<std::size_t>(node.inputs[i])] : Reach{};
  }
  template <class T>
  const T& attributes() const {
    return node.attributes.as<T>();
  }
};

/// The reach of output `i`, from inputs that reach Fields or Nothing, the first of them Fields.
using Rule = Reach (*)(const Call& call, std::size_t i);

/// The smallest field of one stride around both.
std::optional<FieldAxis> hull(const FieldAxis& a, const FieldAxis& b) {
  if (std::abs(a.stride - b.stride) > 1e-9 * a.stride)
    return {};
  const double offset = std::min(a.offset, b.offset);
  return FieldAxis{std::max(a.offset + a.size, b.offset + b.size) - offset, a.stride, offset};
}

Reach unite(const Reach& a, const Reach& b) {
  if (a.of == Reach::Of::Nothing)
    return b;
  if (b.of == Reach::Of::Nothing)
    return a;
  if (a.of == Reach::Of::WholePicture || b.of == Reach::Of::WholePicture)
    return kWholePicture;
  const ReceptiveField &f = a.field, &g = b.field;
  const auto height = hull(f.height, g.height), width = hull(f.width, g.width);
  const bool fits = height && width && f.height_axis == g.height_axis && f.width_axis == g.width_axis;
  return fits ? Reach{Reach::Of::Fields, {*height, *width, f.height_axis, f.width_axis}} : kWholePicture;
}

/// Broadcasting: axes count from the end, and an extent of 1 that is repeated has every unit see the same.
Reach broadcast(Reach reach, const Shape& from, const Shape& to) {
  if (reach.of != Reach::Of::Fields)
    return reach;
  ReceptiveField& field = reach.field;
  const std::int64_t shift = to.rank() - from.rank();
  if (from[field.height_axis] != to[field.height_axis + shift] ||
      from[field.width_axis] != to[field.width_axis + shift])
    return kWholePicture;
  field.height_axis += shift;
  field.width_axis += shift;
  return reach;
}

bool is_picture_axis(const Reach& reach, std::int64_t axis) {
  return axis == reach.field.height_axis || axis == reach.field.width_axis;
}

/// y = f(x, ...) element by element.
Reach pointwise(const Call& call, std::size_t) {
  Reach all;
  for (std::size_t i = 0; i < call.node.inputs.size(); ++i)
    if (call.x(i).of != Reach::Of::Nothing)
      all = unite(all, broadcast(call.x(i), call.x_shape(i), call.y_shape()));
  return all;
}

/// Elements along these axes depend on all those of x along them; nothing else is mixed.
Reach mixing(const Call& call, const std::vector<std::int64_t>& axes) {
  const Reach x = call.x();
  const bool spreads =
      std::any_of(axes.begin(), axes.end(), [&](std::int64_t axis) { return is_picture_axis(x, axis); });
  return spreads ? kWholePicture : x;
}

template <class AxisAttributes>
Reach mixing_axis(const Call& call, std::size_t) {
  return mixing(call, {call.attributes<AxisAttributes>().axis});
}

Reach reduce(const Call& call, std::size_t) {
  return mixing(call, call.attributes<ReduceAttributes>().axes);
}

Reach layer_norm(const Call& call, std::size_t) {
  const std::int64_t rank = call.x_shape().rank(),
                     axis = call.attributes<LayerNormalizationAttributes>().axis;
  std::vector<std::int64_t> axes(static_cast<std::size_t>(axis < 0 ? -axis : rank - axis));
  std::iota(axes.begin(), axes.end(), axis < 0 ? rank + axis : axis);
  return mixing(call, axes);
}

/// Unit o of y reads the units o * stride - pad ... o * stride - pad + span of x.
FieldAxis through_window(const FieldAxis& x, std::int64_t stride, std::int64_t pad, std::int64_t span) {
  return {x.size + static_cast<double>(span) * x.stride, x.stride * static_cast<double>(stride),
          x.offset - static_cast<double>(pad) * x.stride};
}

/// Unit i of x is read by the units i * stride - pad ... i * stride - pad + span of y.
FieldAxis through_transposed_window(const FieldAxis& x, std::int64_t stride, std::int64_t pad,
                                    std::int64_t span) {
  const double fine = x.stride / static_cast<double>(stride);
  return {x.size + static_cast<double>(span) * fine, fine, x.offset + static_cast<double>(pad - span) * fine};
}

using ThroughWindow = FieldAxis (*)(const FieldAxis&, std::int64_t stride, std::int64_t pad,
                                    std::int64_t span);

template <class WindowAttributes>
Reach window(const Call& call, const WindowAttributes& a, std::int64_t kernel_height,
             std::int64_t kernel_width, ThroughWindow through) {
  Reach y = call.x();
  if (y.field.height_axis != 2 || y.field.width_axis != 3 || call.x(1).of != Reach::Of::Nothing)
    return kWholePicture;
  y.field.height = through(y.field.height, a.strides[0], a.pads[0], a.dilations[0] * (kernel_height - 1));
  y.field.width = through(y.field.width, a.strides[1], a.pads[1], a.dilations[1] * (kernel_width - 1));
  return y;
}

template <class ConvolutionAttributes, ThroughWindow through>
Reach convolution(const Call& call, std::size_t) {
  const Shape& w = call.x_shape(1);
  return window(call, call.attributes<ConvolutionAttributes>(), w[2], w[3], through);
}

template <class PoolAttributes>
Reach pool(const Call& call, std::size_t) {
  const auto& a = call.attributes<PoolAttributes>();
  return window(call, a, a.kernel[0], a.kernel[1], through_window);
}

/// Unit o reads unit start + o * step.
FieldAxis through_slice(const FieldAxis& x, std::int64_t start, std::int64_t step) {
  return {x.size, x.stride * static_cast<double>(step), x.offset + static_cast<double>(start) * x.stride};
}

/// f(axis of the picture, axis of x) along both.
template <class F>
Reach along_both(Reach reach, F&& f) {
  reach.field.height = f(reach.field.height, reach.field.height_axis);
  reach.field.width = f(reach.field.width, reach.field.width_axis);
  return reach;
}

Reach slice_rule(const Call& call, std::size_t) {
  const auto& a = call.attributes<SliceAttributes>();
  const auto at = [](const std::vector<std::int64_t>& list, std::int64_t axis) {
    return list[static_cast<std::size_t>(axis)];
  };
  const Reach x = call.x();
  if (at(a.steps, x.field.height_axis) < 1 || at(a.steps, x.field.width_axis) < 1)
    return kWholePicture;
  return along_both(x, [&](const FieldAxis& field, std::int64_t axis) {
    return through_slice(field, at(a.starts, axis), at(a.steps, axis));
  });
}

Reach split_rule(const Call& call, std::size_t i) {
  const auto& a = call.attributes<SplitAttributes>();
  const std::int64_t start =
      std::accumulate(a.sizes.begin(), a.sizes.begin() + static_cast<std::ptrdiff_t>(i), std::int64_t{0});
  return along_both(call.x(), [&](const FieldAxis& field, std::int64_t axis) {
    return axis == a.axis ? through_slice(field, start, 1) : field;
  });
}

Reach pad_rule(const Call& call, std::size_t) {
  const auto& a = call.attributes<PadAttributes>();
  return along_both(call.x(), [&](const FieldAxis& field, std::int64_t axis) {
    return through_slice(field, -a.pads[static_cast<std::size_t>(axis)], 1);
  });
}

Reach concat_rule(const Call& call, std::size_t) {
  Reach all;
  for (std::size_t i = 0; i < call.node.inputs.size(); ++i)
    all = unite(all, call.x(i));
  const bool spreads =
      all.of == Reach::Of::Fields && is_picture_axis(all, call.attributes<ConcatAttributes>().axis);
  return spreads ? kWholePicture : all;
}

Reach transpose_rule(const Call& call, std::size_t) {
  const auto& perm = call.attributes<TransposeAttributes>().perm;
  Reach reach = call.x();
  for (std::int64_t* axis : {&reach.field.height_axis, &reach.field.width_axis})
    *axis = std::find(perm.begin(), perm.end(), *axis) - perm.begin();
  return reach;
}

/// The axis of `to` with the same extent and as many elements behind it as `axis` of `from` has; -1: none.
std::int64_t same_axis(const Shape& from, std::int64_t axis, const Shape& to) {
  const auto behind = [](const Shape& shape, std::int64_t a) {
    return std::accumulate(shape.begin() + a + 1, shape.end(), std::int64_t{1}, std::multiplies<>());
  };
  for (std::int64_t a = to.rank() - 1; a >= 0; --a)
    if (to[a] == from[axis] && behind(to, a) == behind(from, axis))
      return a;
  return -1;
}

/// Reshapes that leave both axes of the picture as they are, as a channel shuffle's do.
Reach reshape_rule(const Call& call, std::size_t) {
  Reach reach = call.x();
  for (std::int64_t* axis : {&reach.field.height_axis, &reach.field.width_axis})
    *axis = same_axis(call.x_shape(), *axis, call.y_shape());
  const bool kept = reach.field.height_axis >= 0 && reach.field.width_axis >= 0 &&
                    reach.field.height_axis != reach.field.width_axis;
  return kept ? reach : kWholePicture;
}

/// A matrix that is the same for every position, on the last axis: a 1x1 convolution with channels last.
Reach mat_mul_rule(const Call& call, std::size_t) {
  const Reach x = call.x();
  const bool on_channels = call.x(1).of == Reach::Of::Nothing && call.x_shape(1).rank() == 2 &&
                           !is_picture_axis(x, call.x_shape().rank() - 1);
  return on_channels ? x : kWholePicture;
}

/// Along a picture's axis, unit m of y reads units of x. The tightest bounds of them, for as many units of x
/// to one of y as their extents have it.
class ReadUnits {
public:
  ReadUnits(std::int64_t x_extent, std::int64_t y_extent)
      : step_(static_cast<double>(x_extent) / static_cast<double>(std::max<std::int64_t>(y_extent, 1))) {}
  void add(std::int64_t m, std::int64_t unit) {
    const double ahead = static_cast<double>(unit) - step_ * static_cast<double>(m);
    low_ = std::min(low_, ahead);
    high_ = std::max(high_, ahead);
  }
  FieldAxis through(const FieldAxis& x) const {
    return low_ > high_
               ? x
               : FieldAxis{x.size + (high_ - low_) * x.stride, x.stride * step_, x.offset + low_ * x.stride};
  }

private:
  double step_;
  double low_ = std::numeric_limits<double>::infinity(), high_ = -low_;
};

Reach along_one(Reach reach, std::int64_t axis, const ReadUnits& units) {
  return along_both(reach, [&](const FieldAxis& field, std::int64_t a) {
    return a == axis ? units.through(field) : field;
  });
}

/// A resize.
Reach interpolate_rule(const Call& call, std::size_t) {
  const std::int64_t axis = call.attributes<InterpolateAttributes>().axis;
  const auto& indices = call.graph.value(call.node.inputs[1]).constant;
  const auto& weights = call.graph.value(call.node.inputs[2]).constant;
  if (!indices || !weights)
    return kWholePicture;
  ReadUnits units(call.x_shape()[axis], call.y_shape()[axis]);
  const Tensor weights64 = weights->cast(DType::F64);
  for (std::int64_t i = 0; i < indices->elements(); ++i)
    if (weights64.data<double>()[static_cast<std::size_t>(i)] != 0)
      units.add(i / indices->shape()[1], indices->data<std::int64_t>()[static_cast<std::size_t>(i)]);
  return along_one(call.x(), axis, units);
}

/// Slices of x picked by constants; along the picture, a resize to the nearest.
Reach gather_rule(const Call& call, std::size_t) {
  Reach reach = call.x();
  const std::int64_t axis = call.attributes<GatherAttributes>().axis;
  const auto& indices = call.graph.value(call.node.inputs[1]).constant;
  if (!indices || (is_picture_axis(reach, axis) && indices->shape().rank() != 1))
    return kWholePicture;
  if (is_picture_axis(reach, axis)) {
    const std::int64_t extent = call.x_shape()[axis];
    ReadUnits units(extent, indices->elements());
    for (std::int64_t m = 0; m < indices->elements(); ++m) {
      const std::int64_t unit = indices->data<std::int64_t>()[static_cast<std::size_t>(m)];
      units.add(m, unit < 0 ? unit + extent : unit);
    }
    return along_one(reach, axis, units);
  }
  for (std::int64_t* picture_axis : {&reach.field.height_axis, &reach.field.width_axis})
    if (*picture_axis > axis)
      *picture_axis += indices->shape().rank() - 1;
  return reach;
}

struct Row {
  const ir::Operator* op;
  Rule rule;
};

/// How operators move positions.
std::vector<Row> moving() {
  return {
      {&average_pool(), pool<AveragePoolAttributes>},
      {&concat(), concat_rule},
      {&conv(), convolution<ConvAttributes, through_window>},
      {&conv_transpose(), convolution<ConvTransposeAttributes, through_transposed_window>},
      {&cum_sum(), mixing_axis<CumSumAttributes>},
      {&gather(), gather_rule},
      {&interpolate(), interpolate_rule},
      {&layer_normalization(), layer_norm},
      {&log_softmax(), mixing_axis<SoftmaxAttributes>},
      {&mat_mul(), mat_mul_rule},
      {&max_pool(), pool<MaxPoolAttributes>},
      {&pad(), pad_rule},
      {&reduce_max(), reduce},
      {&reduce_mean(), reduce},
      {&reduce_prod(), reduce},
      {&reduce_sum(), reduce},
      {&reshape(), reshape_rule},
      {&slice(), slice_rule},
      {&softmax(), mixing_axis<SoftmaxAttributes>},
      {&split(), split_rule},
      {&transpose(), transpose_rule},
  };
}

Rule rule_of(const ir::Operator* op) {
  static const std::vector<Row> rows = moving();
  const auto at = std::find_if(rows.begin(), rows.end(), [&](const Row& row) { return row.op == op; });
  if (at != rows.end())
    return at->rule;
  return is_pointwise(*op) ? pointwise : nullptr;
}

/// Of an output of the node, whatever its inputs reach.
Reach reach_of(const Call& call, std::size_t output) {
  bool depends = false;
  for (std::size_t i = 0; i < call.node.inputs.size(); ++i) {
    if (call.x(i).of == Reach::Of::WholePicture)
      return kWholePicture;
    depends = depends || call.x(i).of == Reach::Of::Fields;
  }
  if (!depends)
    return {};
  const Rule rule = rule_of(call.node.op);
  const bool starts_with_fields = call.x().of == Reach::Of::Fields;
  if (!rule || (!starts_with_fields && rule != pointwise && rule != concat_rule))
    return kWholePicture;
  return rule(call, output);
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
