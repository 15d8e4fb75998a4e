#pragma once

#include "ir/operator.hpp"

namespace fovea::ops {

/// The layout of the phases of a strided result. Pairs are (height, width).
struct DepthToSpaceAttributes {
  std::vector<std::int64_t> strides = {1, 1};
  std::vector<std::int64_t> offsets = {0,
                                       0};   ///< of the first row and column in the finer grid, not negative
  std::vector<std::int64_t> sizes = {1, 1};  ///< height and width of y
  template <class Self, class Visit>
  static void visit(Self& self, Visit&& f) {
    f("strides", self.strides);
    f("offsets", self.offsets);
    f("sizes", self.sizes);
  }
};

/// x: [N, strides[0] * strides[1] * C, H, W] -> y: [N,C,sizes[0],sizes[1]]. With h = oh + offsets[0] and w =
/// ow + offsets[1], y[n, c, oh, ow] = x[n, (h % sh * sw + w % sw) * C + c, h / sh, w / sw]: depth to space
/// with cropping. Made by the pass conv_transpose_to_conv.
const ir::Operator& depth_to_space();

}  // namespace fovea::ops
