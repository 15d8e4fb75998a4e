#include "onnx/import/resampling.hpp"

#include "base/check.hpp"

#include <algorithm>
#include <cmath>

namespace fovea::onnx_import {
namespace {

/// Where in x, in elements, element i of the result lies.
double coordinate(const Resampling& r, std::int64_t i) {
  const auto in = static_cast<double>(r.in), out = static_cast<double>(r.out), at = static_cast<double>(i);
  if (r.coordinates == "half_pixel")
    return (at + 0.5) / r.scale - 0.5;
  if (r.coordinates == "pytorch_half_pixel")
    return r.out > 1 ? (at + 0.5) / r.scale - 0.5 : 0;
  if (r.coordinates == "half_pixel_symmetric") {
    const double adjustment = out / (r.scale * in);
    return in / 2 * (1 - adjustment) + (at + 0.5) / r.scale - 0.5;
  }
  if (r.coordinates == "align_corners")
    return r.out > 1 ? at * (in - 1) / (out - 1) : 0;
  if (r.coordinates == "asymmetric")
    return at / r.scale;
  if (r.coordinates == "tf_half_pixel_for_nn")
    return (at + 0.5) / r.scale;
  FOVEA_CHECK(r.coordinates == "tf_crop_and_resize",
              "attribute 'coordinate_transformation_mode': unexpected value '{}'", r.coordinates);
  return r.out > 1 ? r.roi_start * (in - 1) + at * (r.roi_end - r.roi_start) * (in - 1) / (out - 1)
                   : 0.5 * (r.roi_start + r.roi_end) * (in - 1);
}

double nearest_element(const Resampling& r, double x) {
  const auto rounded = static_cast<double>(static_cast<float>(x));
  if (r.nearest == "floor")
    return std::floor(rounded);
  if (r.nearest == "ceil")
    return std::ceil(rounded);
  if (r.nearest == "round_prefer_ceil")
    return std::floor(rounded + 0.5);
  FOVEA_CHECK(r.nearest == "round_prefer_floor", "attribute 'nearest_mode': unexpected value '{}'",
              r.nearest);
  return std::ceil(rounded - 0.5);
}

/// The weight of an element at a distance: a triangle, or Keys' cubic convolution.
double kernel_at(const Resampling& r, double distance) {
  const double d = std::abs(distance), a = r.cubic_a;
  if (r.mode == "linear")
    return std::max(1 - d, 0.0);
  if (d <= 1)
    return ((a + 2) * d - (a + 3)) * d * d + 1;
  return d < 2 ? ((a * d - 5 * a) * d + 8 * a) * d - 4 * a : 0;
}

/// The factor by which distances shrink: a reduction with antialias widens the kernel by it.
double shrink_of(const Resampling& r) {
  return r.antialias && r.mode != "nearest" ? std::min(r.scale, 1.0) : 1.0;
}

}  // namespace

std::int64_t taps_count(const Resampling& r) {
  FOVEA_CHECK(r.mode == "nearest" || r.mode == "linear" || r.mode == "cubic",
              "attribute 'mode': unexpected value '{}'", r.mode);
  if (r.mode == "nearest")
    return 1;
  constexpr double most = 2048;
  const double radius = (r.mode == "cubic" ? 2 : 1) / shrink_of(r);
  FOVEA_CHECK(radius <= most, "a reduction by {} is too large", 1 / shrink_of(r));
  return 2 * static_cast<std::int64_t>(std::ceil(radius));
}

Taps taps_of(const Resampling& r) {
  const bool nearest = r.mode == "nearest";
  const double shrink = shrink_of(r);
  Taps result;
  result.taps = taps_count(r);
  const auto last = static_cast<double>(r.in - 1);
  for (std::int64_t i = 0; i < r.out; ++i) {
    const double x = coordinate(r, i);
    FOVEA_CHECK(std::isfinite(x), "the scale {} cannot be used", r.scale);
    result.outside.push_back(r.coordinates == "tf_crop_and_resize" && (x < 0 || x > last));
    const double first =
        nearest ? nearest_element(r, x) : std::floor(x) - static_cast<double>(result.taps / 2 - 1);
    const std::size_t begin = result.weights.size();
    double sum = 0;
    for (std::int64_t k = 0; k < result.taps; ++k) {
      const double at = first + static_cast<double>(k);
      const bool inside = at >= 0 && at <= last;
      const double weight = nearest ? 1 : r.exclude_outside && !inside ? 0 : kernel_at(r, (at - x) * shrink);
      result.indices.push_back(static_cast<std::int64_t>(std::clamp(at, 0.0, last)));
      result.weights.push_back(weight);
      sum += weight;
    }
    if (sum != 0)
      for (std::size_t k = begin; k < result.weights.size(); ++k)
        result.weights[k] /= sum;
  }
  return result;
}

}  // namespace fovea::onnx_import
