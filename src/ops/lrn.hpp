#pragma once

#include "ir/operator.hpp"

namespace fovea::ops {

struct LrnAttributes {
  std::int64_t size = 1;  ///< channels in the window
  double alpha = 1e-4;
  double beta = 0.75;
  double bias = 1;
  template <class Self, class Visit>
  static void visit(Self& self, Visit&& f) {
    f("size", self.size);
    f("alpha", self.alpha);
    f("beta", self.beta);
    f("bias", self.bias);
  }
};

/// Local response normalisation across channels, x: [N,C,...]: y[c] = x[c] / s[c]^beta with s[c] = bias +
/// alpha / size * the sum of x[i]^2 over i from c - floor((size-1)/2) to c + ceil((size-1)/2), cut to the
/// channels there are. Every s[c] must be positive.
const ir::Operator& lrn();

/// dx from (dy, x); attributes as above.
const ir::Operator& lrn_gradient();

}  // namespace fovea::ops
