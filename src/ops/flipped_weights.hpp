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
/// convolution that takes its place: channels exchanged, windows flipped in both directions. Made by the pass
/// conv_transpose_to_conv; a node and no constant, so that a backend can flip weights while it brings them
/// into its own layout and they are never held twice.
const ir::Operator& flipped_weights();

/// The same for a tensor of F32 or F64.
Tensor flip_weights(const Tensor& w, std::int64_t groups);

}  // namespace fovea::ops
