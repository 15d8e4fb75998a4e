#pragma once

#include "ir/operator.hpp"

namespace fovea::ops {

/// As ConvAttributes, plus the extra rows and columns at the bottom and right of the result.
struct ConvTransposeAttributes {
  std::vector<std::int64_t> strides = {1, 1};
  std::vector<std::int64_t> pads = {0, 0, 0, 0};
  std::vector<std::int64_t> dilations = {1, 1};
  std::int64_t groups = 1;
  std::vector<std::int64_t> output_padding = {0, 0};
  template <class Self, class Visit>
  static void visit(Self& self, Visit&& f) {
    f("strides", self.strides);
    f("pads", self.pads);
    f("dilations", self.dilations);
    f("groups", self.groups);
    f("output_padding", self.output_padding);
  }
};

/// The transpose of Conv as a linear map, and so Conv's gradient: x: [N,C,H,W], w: [C,OC/groups,KH,KW], b:
/// [OC] (optional)
/// -> y: [N,OC,OH,OW] with OH = (H - 1) * stride + dilation * (KH - 1) + 1 - top - bottom + output_padding,
/// which must stay below the stride. The gradient exists for x alone.
const ir::Operator& conv_transpose();

/// Checks that strides and dilations are pairs of positive numbers and pads four non-negative ones;
/// InputError otherwise.
void check_window(const std::vector<std::int64_t>& strides, const std::vector<std::int64_t>& pads,
                  const std::vector<std::int64_t>& dilations);

}  // namespace fovea::ops
