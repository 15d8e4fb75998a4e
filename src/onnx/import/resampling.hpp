#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace fovea::onnx_import {

/// Parameters with which Resize maps one axis of `in` elements to one of `out`; the names are ONNX's.
struct Resampling {
  std::int64_t in = 1, out = 1;
  double scale = 1;                        ///< out / in, as given in the file
  std::string mode = "nearest";            ///< nearest, linear or cubic
  std::string coordinates = "half_pixel";  ///< coordinate_transformation_mode
  std::string nearest = "round_prefer_floor";
  double cubic_a = -0.75;
  bool exclude_outside = false;
  bool antialias = false;
  double roi_start = 0, roi_end = 1;  ///< for tf_crop_and_resize
};

/// The elements of the axis from which every element of the result is computed: `taps` for each.
struct Taps {
  std::int64_t taps = 1;
  std::vector<std::int64_t> indices;  ///< [out,taps], 0 to in-1
  std::vector<double> weights;        ///< [out,taps]
  std::vector<bool> outside;          ///< [out]: beyond the axis, where tf_crop_and_resize extrapolates
};

/// The number of elements of the axis from which every element of the result is computed. InputError for an
/// unknown mode or a reduction that needs more than 4096.
std::int64_t taps_count(const Resampling& r);

/// The taps of a resampling whose extents are positive. Coordinates are rounded to float32 before the nearest
/// element is chosen, because files store scales in float32 and 1 / float(1/3) should be 3.
Taps taps_of(const Resampling& r);

}  // namespace fovea::onnx_import
