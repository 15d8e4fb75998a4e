#include "onnx/import/families.hpp"

#include "onnx/file/tensor_proto.hpp"
#include "onnx/import/resampling.hpp"
#include "ops/gather.hpp"
#include "ops/interpolate.hpp"
#include "ops/where.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace fovea::onnx_import {
namespace {

std::vector<double> numbers(const TranslateContext& c, int i, std::string_view what) {
  const Tensor tensor = c.constant(i, what).cast(DType::F64);
  FOVEA_CHECK(tensor.shape().rank() <= 1, "input {} ({}): expected a list, found {}", i, what,
              to_string(tensor.shape()));
  return {tensor.data<double>().begin(), tensor.data<double>().end()};
}

bool given(const TranslateContext& c, int i) {
  return c.has(i) && c.shape(c.x(i)).elements() > 0;
}

/// The parameters of a node for all its axes.
struct Request {
  std::vector<std::int64_t> axes;  ///< the ones that scales, sizes and roi speak of
  std::vector<std::int64_t> out;   ///< one for each of them, like the scales
  std::vector<double> scales, roi;
};

/// The extents for scales, as float32 has them: 10 * float(0.7) is meant to be 7.
std::vector<std::int64_t> scaled_extents(const Shape& x, const Request& r) {
  std::vector<std::int64_t> out;
  for (std::size_t i = 0; i < r.scales.size(); ++i) {
    FOVEA_CHECK(r.scales[i] > 0 && std::isfinite(r.scales[i]), "the scale {} cannot be used", r.scales[i]);
    const float extent = static_cast<float>(x[r.axes[i]]) * static_cast<float>(r.scales[i]);
    FOVEA_CHECK(extent < static_cast<float>(kMaxElements), "the scale {} is too large", r.scales[i]);
    out.push_back(static_cast<std::int64_t>(std::floor(extent)));
  }
  return out;
}

/// Sizes as scales; with keep_aspect_ratio_policy all axes get one scale, and sizes of their own.
void apply_sizes(const TranslateContext& c, const Shape& x, Request& r) {
  const std::string policy = c.node().text("keep_aspect_ratio_policy", "stretch");
  FOVEA_CHECK(policy == "stretch" || policy == "not_larger" || policy == "not_smaller",
              "attribute 'keep_aspect_ratio_policy': unexpected value '{}'", policy);
  for (std::size_t i = 0; i < r.out.size(); ++i)
    r.scales.push_back(static_cast<double>(r.out[i]) /
                       static_cast<double>(std::max<std::int64_t>(x[r.axes[i]], 1)));
  if (policy == "stretch" || r.scales.empty())
    return;
  const auto [smallest, largest] = std::minmax_element(r.scales.begin(), r.scales.end());
  const double scale = policy == "not_larger" ? *smallest : *largest;
  for (std::size_t i = 0; i < r.out.size(); ++i) {
    r.scales[i] = scale;
    const double extent = std::floor(scale * static_cast<double>(x[r.axes[i]]) + 0.5);
    FOVEA_CHECK(extent <= static_cast<double>(kMaxElements), "the scale {} is too large", scale);
    r.out[i] = static_cast<std::int64_t>(extent);
  }
}

/// Opsets 7 and 8 have a list, those before the two scales of a picture.
std::vector<double> scales_of_attributes(const TranslateContext& c) {
  if (c.opset() < 7 && c.node().has("height_scale") && c.node().has("width_scale"))
    return {1, 1, c.node().number("height_scale", 1), c.node().number("width_scale", 1)};
  const auto scales = c.node().numbers("scales");
  FOVEA_CHECK(scales, "attribute '{}' is missing",
              c.opset() < 7 ? "height_scale' or 'width_scale" : "scales");
  return {scales->begin(), scales->end()};
}

Request read_request(const TranslateContext& c, const Shape& x, int scales_input, int sizes_input) {
  Request r;
  r.axes.resize(static_cast<std::size_t>(x.rank()));
  std::iota(r.axes.begin(), r.axes.end(), 0);
  if (const auto axes = c.node().integers("axes"); axes && c.opset() >= 18) {
    r.axes = *axes;
    resolve_axes(r.axes, x.rank());
    for (std::int64_t& axis : r.axes)
      axis = resolve_axis(axis, x.rank());
  }
  if (sizes_input >= 0 && given(c, sizes_input)) {
    r.out = c.integers(sizes_input, "sizes");
    FOVEA_CHECK(r.out.size() == r.axes.size(), "expected {} sizes, found {}", r.axes.size(), r.out.size());
    checked_shape(r.out, "its result");
    apply_sizes(c, x, r);
  } else if (scales_input >= 0) {
    FOVEA_CHECK(given(c, scales_input), "neither scales nor sizes are given");
    r.scales = numbers(c, scales_input, "scales");
  } else {
    r.scales = scales_of_attributes(c);
  }
  FOVEA_CHECK(r.scales.size() == r.axes.size(), "expected {} scales, found {}", r.axes.size(),
              r.scales.size());
  if (r.out.empty())
    r.out = scaled_extents(x, r);
  checked_shape(r.out, "its result");
  return r;
}

/// x resampled along one axis.
ir::ValueId resample(TranslateContext& c, ir::ValueId x, std::int64_t axis, const Taps& taps) {
  const auto rows = static_cast<std::int64_t>(taps.outside.size());
  Tensor indices = Tensor::from<std::int64_t>({rows, taps.taps}, taps.indices);
  if (taps.taps == 1)
    return c.emit(ops::gather(), {x, c.add_constant(indices.reshaped({rows}), "/indices")},
                  ops::GatherAttributes{.axis = axis}, "/resampled");
  Tensor weights = Tensor::from<double>({rows, taps.taps}, taps.weights).cast(c.dtype(x));
  return c.emit(
      ops::interpolate(),
      {x, c.add_constant(std::move(indices), "/indices"), c.add_constant(std::move(weights), "/weights")},
      ops::InterpolateAttributes{.axis = axis}, "/resampled");
}

/// y with a value in place of the elements that lie outside along the axis.
ir::ValueId extrapolated(TranslateContext& c, ir::ValueId y, std::int64_t axis, const Taps& taps,
                         double value) {
  if (std::find(taps.outside.begin(), taps.outside.end(), true) == taps.outside.end())
    return y;
  std::vector<std::int64_t> dims(static_cast<std::size_t>(c.shape(y).rank()), 1);
  dims[static_cast<std::size_t>(axis)] = static_cast<std::int64_t>(taps.outside.size());
  Tensor mask(DType::Bool, Shape(std::move(dims)));
  std::copy(taps.outside.begin(), taps.outside.end(), mask.data<bool>().begin());
  return c.emit(ops::where(), {c.add_constant(std::move(mask), "/outside"), c.scalar_like(y, value), y}, {},
                "/extrapolated");
}

void resize(TranslateContext& c, const Request& request, Resampling how) {
  const Shape x = c.shape();
  const double fill = c.node().number("extrapolation_value", 0);
  ir::ValueId y = c.x();
  for (std::size_t i = 0; i < request.axes.size(); ++i) {
    const std::int64_t axis = request.axes[i];
    how.in = x[axis];
    how.out = request.out[i];
    how.scale = request.scales[i];
    if (how.coordinates == "tf_crop_and_resize") {
      how.roi_start = request.roi[i];
      how.roi_end = request.roi[i + request.axes.size()];
    } else if (how.in == how.out && how.scale == 1) {
      continue;
    }
    FOVEA_CHECK(how.in > 0 && how.out > 0, "cannot resize an extent of {} to {}", how.in, how.out);
    c.reserve(how.out * (taps_count(how) * std::int64_t{16} + 1));
    const Taps taps = taps_of(how);
    y = extrapolated(c, resample(c, y, axis, taps), axis, taps, fill);
  }
  c.output(c.pass(y));
}

void translate_resize(TranslateContext& c) {
  Resampling how{.mode = c.node().text("mode", "nearest")};
  if (c.opset() < 11) {  // what Upsample did
    how.coordinates = "asymmetric";
    how.nearest = "floor";
    return resize(c, read_request(c, c.shape(), 1, -1), how);
  }
  how.coordinates = c.node().text("coordinate_transformation_mode", "half_pixel");
  how.nearest = c.node().text("nearest_mode", "round_prefer_floor");
  how.cubic_a = c.node().number("cubic_coeff_a", -0.75F);
  how.exclude_outside = c.node().flag("exclude_outside", false);
  how.antialias = c.node().flag("antialias", false);
  Request request = read_request(c, c.shape(), 2, 3);
  if (how.coordinates == "tf_crop_and_resize") {
    FOVEA_CHECK(given(c, 1), "tf_crop_and_resize needs a region (roi)");
    request.roi = numbers(c, 1, "roi");
    FOVEA_CHECK(request.roi.size() == 2 * request.axes.size(), "expected {} numbers in roi, found {}",
                2 * request.axes.size(), request.roi.size());
  }
  resize(c, request, how);
}

void translate_upsample(TranslateContext& c) {
  Resampling how{.mode = c.node().text("mode", "nearest"), .coordinates = "asymmetric", .nearest = "floor"};
  if (how.mode == "bilinear")  // opset 7's word
    how.mode = "linear";
  resize(c, read_request(c, c.shape(), c.opset() >= 9 ? 1 : -1, -1), how);
}

}  // namespace

Family resize_family() {
  return {
      {"Resize", translate_resize},
      {"Upsample", translate_upsample},
  };
}

}  // namespace fovea::onnx_import
