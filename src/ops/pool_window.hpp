#pragma once

#include "ir/operator.hpp"

namespace fovea::ops {

/// The geometry of a pooling window along one axis: of the output at `o`, the taps `first` <= k < `last` lie
/// inside the input, at o * stride - pad_begin + k * dilation.
struct PoolAxis {
  std::int64_t kernel, stride, pad_begin, pad_end, dilation, in, out;

  std::int64_t position(std::int64_t o, std::int64_t k) const {
    return o * stride - pad_begin + k * dilation;
  }
  /// How many taps of window o lie in [low, high).
  std::int64_t count(std::int64_t o, std::int64_t low, std::int64_t high) const;
};

/// The axis (0: height, 1: width) of a pooling with these attributes over an input of extent `in`, `out`
/// computed from it: rounded down, or with ceil_mode up without windows that start beyond the input plus left
/// padding. InputError for impossible attributes and windows larger than the padded input.
template <class PoolAttributes>
PoolAxis pool_axis(const PoolAttributes& a, int axis, std::int64_t in);

/// Shape of the result of a pooling; InputError unless x is a floating [N,C,H,W].
template <class PoolAttributes>
Shape pooled_shape(const PoolAttributes& a, const ir::TensorType& x);

}  // namespace fovea::ops
