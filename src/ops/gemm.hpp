#pragma once

#include "ir/operator.hpp"

namespace fovea::ops {

struct GemmAttributes {
  double alpha = 1;
  double beta = 1;
  std::int64_t trans_a = 0;  ///< 1: a is [K,M]
  std::int64_t trans_b = 0;  ///< 1: b is [N,K]
  template <class Self, class Visit>
  static void visit(Self& self, Visit&& f) {
    f("alpha", self.alpha);
    f("beta", self.beta);
    f("trans_a", self.trans_a);
    f("trans_b", self.trans_b);
  }
};

/// y = alpha * a * b + beta * c. a: [M,K], b: [K,N], each possibly transposed; c is optional and broadcasts
/// to y: [M,N].
const ir::Operator& gemm();

}  // namespace fovea::ops
