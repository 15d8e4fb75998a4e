#include "ops/reach_rules.hpp"

#include <algorithm>
#include <cmath>

namespace fovea::ops {
namespace {

/// The smallest field of one stride around both.
std::optional<FieldAxis> hull(const FieldAxis& a, const FieldAxis& b) {
  if (std::abs(a.stride - b.stride) > 1e-9 * a.stride)
    return {};
  const double offset = std::min(a.offset, b.offset);
  return FieldAxis{std::max(a.offset + a.size, b.offset + b.size) - offset, a.stride, offset};
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

}  // namespace

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

bool is_picture_axis(const Reach& reach, std::int64_t axis) {
  return axis == reach.field.height_axis || axis == reach.field.width_axis;
}

Reach pointwise_reach(const ReachCall& call, std::size_t) {
  Reach all;
  for (std::size_t i = 0; i < call.node.inputs.size(); ++i)
    if (call.x(i).of != Reach::Of::Nothing)
      all = unite(all, broadcast(call.x(i), call.x_shape(i), call.y_shape()));
  return all;
}

Reach mixing(const ReachCall& call, const std::vector<std::int64_t>& axes) {
  const Reach x = call.x();
  const bool spreads =
      std::any_of(axes.begin(), axes.end(), [&](std::int64_t axis) { return is_picture_axis(x, axis); });
  return spreads ? kWholePicture : x;
}

Reach reduce_reach(const ReachCall& call, std::size_t) {
  return mixing(call, call.attributes<ReduceAttributes>().axes);
}

FieldAxis through_window(const FieldAxis& x, std::int64_t stride, std::int64_t pad, std::int64_t span) {
  return {x.size + static_cast<double>(span) * x.stride, x.stride * static_cast<double>(stride),
          x.offset - static_cast<double>(pad) * x.stride};
}

FieldAxis through_transposed_window(const FieldAxis& x, std::int64_t stride, std::int64_t pad,
                                    std::int64_t span) {
  const double fine = x.stride / static_cast<double>(stride);
  return {x.size + static_cast<double>(span) * fine, fine, x.offset + static_cast<double>(pad - span) * fine};
}

FieldAxis through_slice(const FieldAxis& x, std::int64_t start, std::int64_t step) {
  return {x.size, x.stride * static_cast<double>(step), x.offset + static_cast<double>(start) * x.stride};
}

Reach along_one(Reach reach, std::int64_t axis, const ReadUnits& units) {
  return along_both(reach, [&](const FieldAxis& field, std::int64_t a) {
    return a == axis ? units.through(field) : field;
  });
}

}  // namespace fovea::ops
