#pragma once

#include "ir/operator.hpp"

namespace fovea::ops {

/// The taps begin <= k < end of a window.
struct TapRange {
  std::int64_t begin, end;
  std::int64_t count() const { return end - begin; }
};

/// A pooling window along one axis: window o reads the positions o * stride - pad_begin + k * dilation of the
/// input, 0 <= k < kernel. `out` follows from `in`: rounded down, or with ceil_mode up, but without windows
/// that would start beyond the input plus its left padding.
struct PoolAxis {
  std::int64_t kernel, stride, pad_begin, pad_end, dilation, in, out;

  std::int64_t position(std::int64_t o, std::int64_t k) const {
    return o * stride - pad_begin + k * dilation;
  }
  /// The taps of window o at positions low <= p < high.
  TapRange taps(std::int64_t o, std::int64_t low, std::int64_t high) const;
  /// The taps inside the input.
  TapRange inner_taps(std::int64_t o) const { return taps(o, 0, in); }
  /// The taps inside the input and its padding.
  TapRange padded_taps(std::int64_t o) const { return taps(o, -pad_begin, in + pad_end); }
};

/// The window along the height and along the width.
struct PoolWindow {
  PoolAxis h, w;
};

/// Attributes every pooling has, by reference.
struct PoolGeometry {
  const std::vector<std::int64_t>& kernel;
  const std::vector<std::int64_t>& strides;
  const std::vector<std::int64_t>& pads;
  const std::vector<std::int64_t>& dilations;
  std::int64_t ceil_mode;
};
template <class PoolAttributes>
PoolGeometry geometry_of(const PoolAttributes& a) {
  return {a.kernel, a.strides, a.pads, a.dilations, a.ceil_mode};
}

/// The window over a plane of height x width; InputError for impossible attributes or a window larger than
/// the padded plane.
PoolWindow pool_window(const PoolGeometry& geometry, std::int64_t height, std::int64_t width);

/// Shape of the result of pooling x; InputError unless x is a floating [N,C,H,W].
Shape pooled_shape(const PoolGeometry& geometry, const ir::TensorType& x);

}  // namespace fovea::ops
