#pragma once

#include "ir/operator.hpp"

namespace fovea::ops {

/// Geometry of a two-dimensional sliding window. Pairs are (height, width); pads are (top, left, bottom,
/// right) as in ONNX.
struct ConvAttributes {
  std::vector<std::int64_t> strides = {1, 1};
  std::vector<std::int64_t> pads = {0, 0, 0, 0};
  std::vector<std::int64_t> dilations = {1, 1};
  std::int64_t groups = 1;
  template <class Self, class Visit>
  static void visit(Self& self, Visit&& f) {
    f("strides", self.strides);
    f("pads", self.pads);
    f("dilations", self.dilations);
    f("groups", self.groups);
  }
};

/// Cross-correlation: x: [N,C,H,W], w: [OC,C/groups,KH,KW], b: [OC] (optional) -> y: [N,OC,OH,OW] with
/// OH = (H + top + bottom - dilation * (KH - 1) - 1) / stride + 1, rounded down. Padding is zero. The
/// gradient exists for x alone.
const ir::Operator& conv();

}  // namespace fovea::ops
