#pragma once

#include "ir/operator.hpp"

namespace fovea::ops {

struct FlippedWeightsAttributes {
  std::int64_t groups = 1;
  template <class Self, class Visit>
  static void visit(Self& self, Visit&& f) {
    f("groups", self.groups);
  }
};

/// w: [C,OC/groups,KH,KW], the weights of a transposed convolution -> y: [OC,C/groups,KH,KW], those of the
/// equivalent convolution: channels exchanged, windows flipped in both directions. Made by the pass
/// conv_transpose_to_conv. It is a node rather than a constant, so that a backend can flip the weights while
/// it converts them to its own layout, without holding them twice.
const ir::Operator& flipped_weights();

/// Flips the weights in a tensor of F32 or F64.
Tensor flip_weights(const Tensor& w, std::int64_t groups);

}  // namespace fovea::ops
