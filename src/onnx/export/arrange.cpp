#include "base/check.hpp"
#include "onnx/export/along_axis.hpp"
#include "onnx/export/families.hpp"
#include "ops/concat.hpp"
#include "ops/expand.hpp"
#include "ops/gather.hpp"
#include "ops/interpolate.hpp"
#include "ops/pad.hpp"
#include "ops/reshape.hpp"
#include "ops/scatter.hpp"
#include "ops/slice.hpp"
#include "ops/split.hpp"
#include "ops/transpose.hpp"

#include <algorithm>
#include <limits>

namespace fovea::onnx_export {
namespace {

using Integers = std::vector<std::int64_t>;

Integers list(const Shape& shape) {
  return {shape.begin(), shape.end()};
}

void reshape(NodeWriter& w) {
  w.result("Reshape", {w.x(), w.integers(list(w.result_shape()))});
}

void transpose(NodeWriter& w) {
  w.result("Transpose", {w.x()}, {{"perm", w.attributes<ops::TransposeAttributes>().perm}});
}

void concat(NodeWriter& w) {
  w.result("Concat", w.all_inputs(), {{"axis", w.attributes<ops::ConcatAttributes>().axis}});
}

void expand(NodeWriter& w) {
  w.result("Expand", {w.x(), w.integers(list(w.result_shape()))});
}

void split(NodeWriter& w) {
  const auto& a = w.attributes<ops::SplitAttributes>();
  std::vector<std::string> outputs;
  for (std::size_t i = 0; i < w.node().outputs.size(); ++i)
    outputs.push_back(w.y(i));
  w.model().node("Split", {w.x(), w.integers(a.sizes)}, {{"axis", a.axis}}, outputs);
}

void slice(NodeWriter& w) {
  const auto& a = w.attributes<ops::SliceAttributes>();
  Integers ends, axes;
  for (std::size_t i = 0; i < a.starts.size(); ++i) {
    const std::int64_t end = a.starts[i] + a.sizes[i] * a.steps[i];
    // A negative end would count from the axis's own.
    ends.push_back(end < 0 ? std::numeric_limits<std::int64_t>::min() : end);
    axes.push_back(static_cast<std::int64_t>(i));
  }
  w.result("Slice", {w.x(), w.integers(a.starts), w.integers(ends), w.integers(axes), w.integers(a.steps)});
}

/// Zeros around dy where the slice had steps of 1; elsewhere a matrix that puts each element in its place.
void slice_gradient(NodeWriter& w) {
  const auto& a = w.attributes<ops::SliceGradientAttributes>();
  Shape shape = w.shape(0);
  std::string dy = w.x(0);
  Integers before(a.starts.size(), 0), after(a.starts.size(), 0);
  for (std::size_t i = 0; i < a.starts.size(); ++i) {
    const auto axis = static_cast<std::int64_t>(i);
    if (a.steps[i] == 1) {
      before[i] = a.starts[i];
      after[i] = a.shape[axis] - a.starts[i] - a.sizes[i];
      continue;
    }
    AxisMatrix places(a.shape[axis], a.sizes[i]);
    for (std::int64_t k = 0; k < a.sizes[i]; ++k)
      places.add(a.starts[i] + k * a.steps[i], k, 1);
    dy = multiply_along(w, dy, shape, axis, places);
    shape[axis] = a.shape[axis];
  }
  before.insert(before.end(), after.begin(), after.end());
  w.result("Pad", {dy, w.integers(before)});
}

/// Writes the result: x with constants around it. Negative pads become a Slice, since some runtimes have
/// none.
void pad_with_constants(NodeWriter& w, const Integers& pads, const std::vector<std::string>& value) {
  const Shape& shape = w.shape(0);
  const auto rank = static_cast<std::size_t>(shape.rank());
  Integers starts, ends, axes, kept(pads);
  for (std::size_t i = 0; i < rank; ++i) {
    const std::int64_t begin = std::max<std::int64_t>(-pads[i], 0);
    const std::int64_t end = shape.dims()[i] - std::max<std::int64_t>(-pads[rank + i], 0);
    if (begin >= end)  // a crop that reaches into the padding of the other side
      continue;
    kept[i] = std::max<std::int64_t>(pads[i], 0);
    kept[rank + i] = std::max<std::int64_t>(pads[rank + i], 0);
    if (begin == 0 && end == shape.dims()[i])
      continue;
    starts.push_back(begin);
    ends.push_back(end);
    axes.push_back(static_cast<std::int64_t>(i));
  }
  const auto is_zero = [](std::int64_t pad) { return pad == 0; };
  const bool is_slice = std::all_of(kept.begin(), kept.end(), is_zero) && !axes.empty();
  std::string x = w.x();
  if (!axes.empty()) {
    const std::vector<std::string> inputs = {x, w.integers(starts), w.integers(ends), w.integers(axes)};
    if (is_slice)
      return w.result("Slice", inputs);
    x = w.emit("Slice", inputs);
  }
  std::vector<std::string> inputs = {x, w.integers(kept)};
  inputs.insert(inputs.end(), value.begin(), value.end());
  w.result("Pad", inputs, {{"mode", std::string("constant")}});
}

void pad(NodeWriter& w) {
  const auto& a = w.attributes<ops::PadAttributes>();
  if (a.mode == "constant")
    return pad_with_constants(w, a.pads, {w.number(a.value)});
  w.result("Pad", {w.x(), w.integers(a.pads)}, {{"mode", a.mode}});
}

void pad_gradient(NodeWriter& w) {
  const auto& a = w.attributes<ops::PadGradientAttributes>();
  if (a.mode == "constant") {
    Integers pads = a.pads;
    for (std::int64_t& pad : pads)
      pad = -pad;
    return pad_with_constants(w, pads, {});
  }
  Shape shape = w.shape(0);
  std::string dy = w.x();
  const std::int64_t rank = shape.rank();
  for (std::int64_t axis = 0; axis < rank; ++axis) {
    const std::int64_t begin = a.pads[static_cast<std::size_t>(axis)], n = a.shape[axis];
    if (shape[axis] == n && begin == 0)
      continue;
    AxisMatrix places(n, shape[axis]);
    for (std::int64_t k = 0; k < shape[axis]; ++k) {
      std::int64_t from = k - begin;
      if (a.mode == "reflect")
        from = from < 0 ? -from : from >= n ? 2 * (n - 1) - from : from;
      places.add(std::clamp<std::int64_t>(from, 0, n - 1), k, 1);
    }
    dy = multiply_along(w, dy, shape, axis, places);
    shape[axis] = n;
  }
  w.result("Identity", {dy});
}

void gather(NodeWriter& w) {
  w.result("Gather", {w.x(0), w.x(1)}, {{"axis", w.attributes<ops::GatherAttributes>().axis}});
}

/// Of slices that computed indices picked along the first axis.
void scatter_to_computed(NodeWriter& w, const Shape& shape) {
  const std::int64_t count = w.shape(1).elements();
  Shape rows = shape;
  rows[0] = count;
  if (w.model().opset() < 16) {  // which has no reduction
    const std::string choice =
        w.model().constant(Tensor::from<double>({2}, std::vector<double>{0, 1}).cast(w.dtype(0)), "choice");
    const std::string places = w.emit("OneHot", {w.reshape(w.x(1), {count}), w.integers({shape[0]}), choice},
                                      {{"axis", std::int64_t{0}}});
    const std::int64_t run = shape.elements() / std::max<std::int64_t>(shape[0], 1);
    const std::string sums = w.emit("MatMul", {places, w.reshape(w.x(0), {count, run})});
    return w.result("Reshape", {sums, w.integers({shape.begin(), shape.end()})});
  }
  const std::string zeros = w.model().constant(Tensor(w.dtype(0), shape), "zeros");
  w.result("ScatterND", {zeros, w.reshape(w.x(1), {count, 1}), w.reshape(w.x(0), rows)},
           {{"reduction", std::string("add")}});
}

void gather_gradient(NodeWriter& w) {
  const auto& a = w.attributes<ops::GatherGradientAttributes>();
  if (a.axis == 0 && !w.graph().is_constant(w.input(1)))
    return scatter_to_computed(w, a.shape);
  const Tensor& indices = w.constant(1);
  const std::int64_t n = a.shape[a.axis];
  AxisMatrix places(n, indices.elements());
  for (std::int64_t k = 0; k < indices.elements(); ++k) {
    const std::int64_t index = indices.data<std::int64_t>()[static_cast<std::size_t>(k)];
    FOVEA_CHECK(index >= -n && index < n, "index {} is outside the extent {} of axis {}", index, n, a.axis);
    places.add(index < 0 ? index + n : index, k, 1);
  }
  Shape flat = a.shape;  // the picked slices in one axis
  flat[a.axis] = indices.elements();
  const std::string dx = multiply_along(w, w.reshape(w.x(0), flat), flat, a.axis, places);
  w.result("Identity", {dx});
}

AxisMatrix resampling(const NodeWriter& w, std::size_t first, std::int64_t n) {
  const Tensor indices = w.constant(first), weights = w.constant(first + 1).cast(DType::F64);
  const std::int64_t rows = indices.shape()[0], taps = indices.shape()[1];
  AxisMatrix matrix(rows, n);
  for (std::int64_t i = 0; i < rows * taps; ++i)
    matrix.add(i / taps, indices.data<std::int64_t>()[static_cast<std::size_t>(i)],
               weights.data<double>()[static_cast<std::size_t>(i)]);
  return matrix;
}

void interpolate(NodeWriter& w) {
  const std::int64_t axis = w.attributes<ops::InterpolateAttributes>().axis;
  const AxisMatrix matrix = resampling(w, 1, w.shape(0)[axis]);
  w.result("Identity", {multiply_along(w, w.x(0), w.shape(0), axis, matrix)});
}

void interpolate_gradient(NodeWriter& w) {
  const auto& a = w.attributes<ops::InterpolateGradientAttributes>();
  const AxisMatrix matrix = resampling(w, 1, a.extent).transposed();
  w.result("Identity", {multiply_along(w, w.x(0), w.shape(0), a.axis, matrix)});
}

void scatter(NodeWriter& w) {
  const std::string& reduction = w.attributes<ops::ScatterAttributes>().reduction;
  NodeAttributes attributes;
  if (reduction != "none") {
    FOVEA_CHECK(w.model().opset() >= (reduction == "add" || reduction == "mul" ? 16 : 18),
                "Scatter with reduction '{}' has no ONNX form in opset {}", reduction, w.model().opset());
    attributes = {{"reduction", reduction}};
  }
  w.result("ScatterND", {w.x(0), w.reshape(w.x(1), {w.shape(1).elements(), 1}), w.x(2)}, attributes);
}

}  // namespace

Family arrange_family() {
  return {{&ops::reshape(), reshape},
          {&ops::transpose(), transpose},
          {&ops::concat(), concat},
          {&ops::expand(), expand},
          {&ops::split(), split},
          {&ops::slice(), slice},
          {&ops::slice_gradient(), slice_gradient},
          {&ops::pad(), pad},
          {&ops::pad_gradient(), pad_gradient},
          {&ops::gather(), gather},
          {&ops::gather_gradient(), gather_gradient},
          {&ops::interpolate(), interpolate},
          {&ops::interpolate_gradient(), interpolate_gradient},
          {&ops::scatter(), scatter}};
}

}  // namespace fovea::onnx_export
