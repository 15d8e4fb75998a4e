#include "onnx/file/constant_node.hpp"
#include "onnx/file/flatten.hpp"
#include "onnx/import/families.hpp"

#include "base/ceil_div.hpp"
#include "onnx/file/tensor_proto.hpp"
#include "onnx/import/legacy_attributes.hpp"
#include "ops/concat.hpp"
#include "ops/expand.hpp"
#include "ops/gather.hpp"
#include "ops/pad.hpp"
#include "ops/slice.hpp"
#include "ops/split.hpp"
#include "ops/transpose.hpp"

#include <algorithm>
#include <numeric>

namespace fovea::onnx_import {
namespace {

struct Cut {
  std::int64_t start, step, size;
};

/// ONNX's start, end and step along an axis of that extent: negative ones count from the end, all are
/// clamped.
Cut resolve_cut(std::int64_t start, std::int64_t end, std::int64_t step, std::int64_t extent) {
  FOVEA_CHECK(step != 0, "a step of 0");
  constexpr std::int64_t far = std::int64_t{1} << 32;  // beyond every extent
  step = std::clamp(step, -far, far);
  start += start < 0 ? extent : 0;
  end += end < 0 ? extent : 0;
  if (extent == 0)
    return {0, step, 0};
  if (step > 0) {
    start = std::clamp<std::int64_t>(start, 0, extent);
    end = std::clamp<std::int64_t>(end, 0, extent);
    return {start, step, std::max<std::int64_t>((end - start + step - 1) / step, 0)};
  }
  start = std::clamp<std::int64_t>(start, 0, extent - 1);
  end = std::clamp<std::int64_t>(end, -1, extent - 1);
  return {start, step, std::max<std::int64_t>((start - end - step - 1) / -step, 0)};
}

/// A constant of batch 1, such as a class token, repeated for the wanted batch where the file fixes it at 1.
ir::ValueId rebatch_constant(TranslateContext& c, ir::ValueId value) {
  const auto [declared, wanted] = c.rebatch();
  Shape shape = c.shape(value);
  if (declared != 1 || wanted == 1 || !c.is_constant(value) || shape.rank() == 0 || shape[0] != 1)
    return value;
  shape[0] = wanted;
  return c.emit(ops::expand(), {value}, ops::ExpandAttributes{.shape = shape}, "/batch");
}

/// The sizes of equal parts, the last of which may be smaller from opset 18.
std::vector<std::int64_t> equal_parts(std::int64_t extent, std::int64_t parts, bool last_may_be_smaller) {
  constexpr std::int64_t most = 1 << 16;
  FOVEA_CHECK(parts >= 1 && parts <= std::max<std::int64_t>(extent, 1) && parts <= most,
              "cannot split an extent of {} into {} parts", extent, parts);
  FOVEA_CHECK(last_may_be_smaller || extent % parts == 0, "cannot split an extent of {} into {} equal parts",
              extent, parts);
  const std::int64_t size = ceil_div(extent, parts);
  std::vector<std::int64_t> sizes(static_cast<std::size_t>(parts), size);
  sizes.back() = extent - size * (parts - 1);
  FOVEA_CHECK(sizes.back() >= 0, "cannot split an extent of {} into {} parts", extent, parts);
  return sizes;
}

/// x repeated on both sides along every axis, as often as the pads need.
ir::ValueId wrapped(TranslateContext& c, ir::ValueId x, const std::vector<std::int64_t>& pads) {
  const Shape shape = c.shape(x);
  for (std::int64_t axis = 0; axis < shape.rank(); ++axis) {
    const std::int64_t before = pads[static_cast<std::size_t>(axis)], extent = shape[axis];
    const std::int64_t after = pads[static_cast<std::size_t>(axis + shape.rank())];
    if (before == 0 && after == 0)
      continue;
    checked_shape({before + extent + after}, "its result");
    FOVEA_CHECK(extent > 0, "cannot wrap an empty axis");
    const ir::TensorType type{DType::I64, {before + extent + after}};
    const auto places = [=] {
      Tensor table(type.dtype, type.shape);
      std::int64_t i = -before;
      for (std::int64_t& place : table.data<std::int64_t>())
        place = (i++ % extent + extent) % extent;
      return table;
    };
    x = c.emit(ops::gather(), {x, c.add_constant(type, places, "/wrap")}, ops::GatherAttributes{.axis = axis},
               "/wrapped");
  }
  return x;
}

void translate_identity(TranslateContext& c) {
  if (c.is_sequence(0))
    return c.output_sequence(c.sequence(0));
  c.output(c.pass(c.x()));
}

void translate_if(TranslateContext& c) {
  for (int i = 0; i < c.input_count(); ++i)
    if (c.is_sequence(i))
      c.output_sequence(c.sequence(i), i);
    else
      c.output(i, c.pass(c.x(i)));
}

void translate_dropout(TranslateContext& c) {
  // torchvision's Swin is exported in training mode with a ratio of 0, which drops nothing either.
  if (c.opset() >= 12 && c.has(2) && c.scalar(2, "training_mode") != 0)
    FOVEA_CHECK(c.has(1) && c.scalar(1, "ratio") == 0, "training mode is not supported");
  c.output(0, c.pass(c.x()));
  if (!c.node().uses(1))
    return;
  const auto mask = [shape = c.shape()] {
    Tensor kept(DType::Bool, shape);
    std::fill(kept.data<bool>().begin(), kept.data<bool>().end(), true);
    return kept;
  };
  c.output(1, c.add_constant({DType::Bool, c.shape()}, mask, "/mask"));
}

void translate_cast(TranslateContext& c) {
  const int to = cast_target(c.node());
  const auto stored = stored_type(to);
  FOVEA_CHECK(stored, "attribute 'to': the element type {} is not supported", type_name(to));
  const auto from = stored_type(c.onnx_type(0));
  // A picture of whole numbers, which is floating here: another integer type changes nothing.
  const bool stays_whole = is_floating(c.dtype(c.x())) && from == DType::I64 && *stored == DType::I64;
  const DType dtype = is_floating(*stored) || stays_whole ? c.options().floating : *stored;
  c.output(c.dtype(c.x()) == dtype ? c.pass(c.x()) : c.cast(c.x(), dtype));
}

void translate_concat(TranslateContext& c) {
  std::vector<ir::ValueId> inputs;
  const std::int64_t axis =
      resolve_axis(c.opset() < 4 ? c.node().integer("axis", 1) : c.node().required_integer("axis"), c.rank());
  for (int i = 0; i < c.input_count(); ++i)
    inputs.push_back(axis == 0 ? c.x(i) : rebatch_constant(c, c.x(i)));
  c.output(c.emit(ops::concat(), inputs, ops::ConcatAttributes{.axis = axis}));
}

void translate_split(TranslateContext& c) {
  const std::int64_t axis = resolve_axis(c.node().integer("axis", 0), c.rank());
  auto given = c.integers(1, "split", 13);
  if (c.opset() < 2 && c.has(1))
    given = c.integers(1, "split");
  const auto outputs = static_cast<std::int64_t>(c.node().output_count());
  std::vector<std::int64_t> sizes;
  if (given) {
    sizes = *given;
  } else {
    const bool counted = c.opset() >= 18 && c.node().has("num_outputs");
    sizes = equal_parts(c.shape()[axis], counted ? c.node().integer("num_outputs", 0) : outputs, counted);
  }
  FOVEA_CHECK(static_cast<std::int64_t>(sizes.size()) >= outputs, "has {} outputs, but splits into {} parts",
              outputs, sizes.size());
  const auto parts = c.emit_all(ops::split(), {c.x()}, ops::SplitAttributes{.axis = axis, .sizes = sizes});
  for (std::int64_t i = 0; i < outputs; ++i)
    c.output(static_cast<int>(i), parts[static_cast<std::size_t>(i)]);
}

void translate_slice(TranslateContext& c) {
  const auto starts = c.integers(1, "starts", 10), ends = c.integers(2, "ends", 10);
  FOVEA_CHECK(starts && ends, "starts or ends are missing");
  const auto axes_given = c.integers(3, "axes", 10);
  const auto steps_given = c.opset() >= 10 ? c.integers(4, "steps", 10) : std::nullopt;
  std::vector<std::int64_t> axes(starts->size());
  std::iota(axes.begin(), axes.end(), 0);
  if (axes_given)
    axes = *axes_given;
  const auto steps = steps_given.value_or(std::vector<std::int64_t>(starts->size(), 1));
  FOVEA_CHECK(ends->size() == starts->size() && axes.size() == starts->size() &&
                  steps.size() == starts->size(),
              "has {} starts, {} ends, {} axes and {} steps", starts->size(), ends->size(), axes.size(),
              steps.size());
  const Shape x = c.shape();
  const auto rank = static_cast<std::size_t>(x.rank());
  ops::SliceAttributes attributes{std::vector<std::int64_t>(rank, 0), std::vector<std::int64_t>(rank, 1),
                                  x.dims()};
  resolve_axes(axes, x.rank());
  for (std::size_t i = 0; i < axes.size(); ++i) {
    const std::int64_t axis = resolve_axis(axes[i], x.rank());
    const Cut cut = resolve_cut((*starts)[i], (*ends)[i], steps[i], x[axis]);
    attributes.starts[static_cast<std::size_t>(axis)] = cut.start;
    attributes.steps[static_cast<std::size_t>(axis)] = cut.step;
    attributes.sizes[static_cast<std::size_t>(axis)] = cut.size;
  }
  c.output(c.emit(ops::slice(), {c.x()}, attributes));
}

void translate_pad(TranslateContext& c) {
  ops::PadAttributes attributes{.pads = {}, .mode = c.node().text("mode", "constant")};
  const bool wraps = attributes.mode == "wrap";
  FOVEA_CHECK(attributes.mode == "constant" || attributes.mode == "reflect" || attributes.mode == "edge" ||
                  wraps,
              "attribute 'mode': unexpected value '{}'", attributes.mode);
  const auto pads = c.integers(1, c.opset() < 2 && c.node().has("paddings") ? "paddings" : "pads", 11);
  FOVEA_CHECK(pads, "pads are missing");
  if (c.opset() < 11)
    attributes.value = c.node().number("value", 0);
  else if (c.has(2))
    attributes.value = c.scalar(2, "constant_value");
  const auto rank = static_cast<std::size_t>(c.rank());
  std::vector<std::int64_t> axes(rank);
  std::iota(axes.begin(), axes.end(), 0);
  if (c.opset() >= 18 && c.has(3)) {
    axes = c.integers(3, "axes");
    resolve_axes(axes, c.rank());
  }
  FOVEA_CHECK(pads->size() == 2 * axes.size(), "expected {} pads, found {}", 2 * axes.size(), pads->size());
  attributes.pads.assign(2 * rank, 0);
  for (std::size_t i = 0; i < axes.size(); ++i) {
    const auto axis = static_cast<std::size_t>(resolve_axis(axes[i], c.rank()));
    for (std::size_t side = 0; side < 2; ++side) {
      const std::int64_t value = (*pads)[i + side * axes.size()];
      FOVEA_CHECK(value >= -kMaxElements && value <= kMaxElements, "pads: unexpected value {}", value);
      attributes.pads[axis + side * rank] = value;
    }
  }
  c.output(wraps ? c.pass(wrapped(c, c.x(), attributes.pads)) : c.emit(ops::pad(), {c.x()}, attributes));
}

void translate_transpose(TranslateContext& c) {
  std::vector<std::int64_t> perm(static_cast<std::size_t>(c.rank()));
  std::iota(perm.rbegin(), perm.rend(), 0);
  if (const auto given = c.node().integers("perm"))
    perm = *given;
  const auto sorted = resolve_axes(perm, c.rank());
  FOVEA_CHECK(static_cast<std::int64_t>(sorted.size()) == c.rank(),
              "attribute 'perm': [{}] does not permute {}", fmt::join(perm, ","), to_string(c.shape()));
  for (std::int64_t& axis : perm)
    axis = resolve_axis(axis, c.rank());
  c.output(c.emit(ops::transpose(), {c.x()}, ops::TransposeAttributes{.perm = perm}));
}

void translate_gather(TranslateContext& c) {
  const std::int64_t axis = resolve_axis(c.node().integer("axis", 0), c.rank());
  c.output(c.emit(ops::gather(), {c.x(0), c.x(1)}, ops::GatherAttributes{.axis = axis}));
}

/// Constant nodes become weights when the file is read.
void translate_nothing(TranslateContext&) {}

}  // namespace

Family tensor_family() {
  return {
      {"Cast", translate_cast},
      {"Concat", translate_concat},
      {"Constant", translate_nothing, constant_why_not},
      {"Dropout", translate_dropout, is_test_why_not},
      {"Gather", translate_gather},
      {"Identity", translate_identity},
      {"If", translate_if, if_why_not},
      {"Pad", translate_pad},
      {"Slice", translate_slice},
      {"Split", translate_split},
      {"Transpose", translate_transpose},
  };
}

}  // namespace fovea::onnx_import
