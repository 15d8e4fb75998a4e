#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace fovea::onnx_import {

/// How Resize turns one axis of `in` elements into one of `out`; words as in ONNX.
struct Resampling {
  std::int64_t in = 1, out = 1;
  double scale = 1;                        ///< out / in, as the file has it
  std::string mode = "nearest";            ///< nearest, linear or cubic
  std::string coordinates = "half_pixel";  ///< coordinate_transformation_mode
  std::string nearest = "round_prefer_floor";
  double cubic_a = -0.75;
  bool exclude_outside = false;
  bool antialias = false;
  double roi_start = 0, roi_end = 1;  ///< for tf_crop_and_resize
};

/// Which elements of the axis every element of the result is made from: `taps` for each.
struct Taps {
  std::int64_t taps = 1;
  std::vector<std::int64_t> indices;  ///< [out,taps], 0 to in-1
  std::vector<double> weights;        ///< [out,taps]
  std::vector<bool> outside;          ///< [out]: beyond the axis, where tf_crop_and_resize extrapolates
};

/// How many elements of the axis every element of the result is made from. InputError for an unknown mode or
/// a reduction that takes more than 4096.
std::int64_t taps_count(const Resampling& r);

/// The taps of a resampling whose extents are positive. Coordinates are rounded to float32 before the nearest
/// element is chosen, since files hold scales in float32 and 1 / float(1/3) is meant to be 3.
Taps taps_of(const Resampling& r);

}  // namespace fovea::onnx_import
