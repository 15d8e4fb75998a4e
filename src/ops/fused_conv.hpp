#pragma once

#include "ops/conv.hpp"

namespace fovea::ops {

/// A convolution with its epilogue.
struct FusedConvAttributes {
  ConvAttributes conv = {};
  std::string activation = "none";  ///< "none" or "relu"
  template <class Self, class Visit>
  static void visit(Self& self, Visit&& f) {
    ConvAttributes::visit(self.conv, f);
    f("activation", self.activation);
  }
};

/// y = activation(Conv(x, w, b) + sum), as one kernel: b: [OC] and sum (of y's shape) are optional. Made by
/// the pass fuse_conv from a differentiated graph, so it needs no gradient of its own.
const ir::Operator& fused_conv();

}  // namespace fovea::ops
