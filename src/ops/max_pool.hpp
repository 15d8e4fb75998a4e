#pragma once

#include "ir/operator.hpp"

namespace fovea::ops {

/// Geometry of a pooling window. Pairs are (height, width); pads are (top, left, bottom, right) as in ONNX.
struct MaxPoolAttributes {
  std::vector<std::int64_t> kernel = {1, 1};
  std::vector<std::int64_t> strides = {1, 1};
  std::vector<std::int64_t> pads = {0, 0, 0, 0};
  std::vector<std::int64_t> dilations = {1, 1};
  std::int64_t ceil_mode = 0;  ///< 1: a last window may hang over the padded border
  template <class Self, class Visit>
  static void visit(Self& self, Visit&& f) {
    f("kernel", self.kernel);
    f("strides", self.strides);
    f("pads", self.pads);
    f("dilations", self.dilations);
    f("ceil_mode", self.ceil_mode);
  }
};

/// The plane of x, for the gradient.
struct MaxPoolGradientAttributes {
  std::int64_t height = 0;
  std::int64_t width = 0;
  template <class Self, class Visit>
  static void visit(Self& self, Visit&& f) {
    f("height", self.height);
    f("width", self.width);
  }
};

/// x: [N,C,H,W] -> y: [N,C,OH,OW], the largest element of every window, and switches: I32 [N,C,OH,OW], the
/// flat index ih * W + iw of that element in its plane of x. Of equal elements the first in row-major order
/// wins; the first NaN wins over every number; padding never wins, and a window of nothing but padding gives
/// -infinity and the switch -1. With ceil_mode OH and OW are rounded up, but a window that would start beyond
/// the input plus its left padding is dropped, as in PyTorch. GlobalMaxPool is MaxPool with the plane as
/// window.
const ir::Operator& max_pool();

/// dx: [N,C,height,width], zero everywhere, except that every dy is added at its switch. Inputs (dy,
/// switches).
const ir::Operator& max_pool_gradient();

}  // namespace fovea::ops
