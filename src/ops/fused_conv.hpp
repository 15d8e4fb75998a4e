#pragma once

#include "ir/operator.hpp"

namespace fovea::ops {

/// ConvAttributes and what follows the convolution.
struct FusedConvAttributes {
  std::vector<std::int64_t> strides = {1, 1};
  std::vector<std::int64_t> pads = {0, 0, 0, 0};
  std::vector<std::int64_t> dilations = {1, 1};
  std::int64_t groups = 1;
  std::string activation = "none";  ///< "none" or "relu"
  template <class Self, class Visit>
  static void visit(Self& self, Visit&& f) {
    f("strides", self.strides);
    f("pads", self.pads);
    f("dilations", self.dilations);
    f("groups", self.groups);
    f("activation", self.activation);
  }
};

/// y = activation(Conv(x, w, b) + sum), as one kernel: b: [OC] and sum (of y's shape) are optional. Made by
/// the pass fuse_conv from a differentiated graph, so it needs no gradient of its own.
const ir::Operator& fused_conv();

}  // namespace fovea::ops
