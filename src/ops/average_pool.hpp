#pragma once

#include "ir/operator.hpp"

namespace fovea::ops {

/// Geometry of a pooling window. Pairs are (height, width); pads are (top, left, bottom, right) as in ONNX.
struct AveragePoolAttributes {
  std::vector<std::int64_t> kernel = {1, 1};
  std::vector<std::int64_t> strides = {1, 1};
  std::vector<std::int64_t> pads = {0, 0, 0, 0};
  std::vector<std::int64_t> dilations = {1, 1};
  std::int64_t ceil_mode = 0;          ///< 1: a last window may hang over the padded border
  std::int64_t count_include_pad = 0;  ///< 1: the divisor counts the padding as well
  template <class Self, class Visit>
  static void visit(Self& self, Visit&& f) {
    f("kernel", self.kernel);
    f("strides", self.strides);
    f("pads", self.pads);
    f("dilations", self.dilations);
    f("ceil_mode", self.ceil_mode);
    f("count_include_pad", self.count_include_pad);
  }
};

/// AveragePoolAttributes, and the plane of x.
struct AveragePoolGradientAttributes {
  std::vector<std::int64_t> kernel = {1, 1};
  std::vector<std::int64_t> strides = {1, 1};
  std::vector<std::int64_t> pads = {0, 0, 0, 0};
  std::vector<std::int64_t> dilations = {1, 1};
  std::int64_t ceil_mode = 0;  ///< 1: a last window may hang over the padded border
  std::int64_t count_include_pad = 0;
  std::int64_t height = 0;
  std::int64_t width = 0;
  template <class Self, class Visit>
  static void visit(Self& self, Visit&& f) {
    f("kernel", self.kernel);
    f("strides", self.strides);
    f("pads", self.pads);
    f("dilations", self.dilations);
    f("ceil_mode", self.ceil_mode);
    f("count_include_pad", self.count_include_pad);
    f("height", self.height);
    f("width", self.width);
  }
};

/// x: [N,C,H,W] -> y: [N,C,OH,OW], the mean of every window. The divisor is the number of the window's
/// elements inside x, or with count_include_pad inside x and its padding; elements beyond the padding
/// (ceil_mode) never count. A window of nothing but padding gives 0. OH and OW are those of MaxPool.
const ir::Operator& average_pool();

/// dx: [N,C,height,width] from dy: [N,C,OH,OW], each element spread evenly over its window.
const ir::Operator& average_pool_gradient();

}  // namespace fovea::ops
