#pragma once

#include "ir/operator.hpp"

namespace fovea::ops {

struct StabilisedDivAttributes {
  double epsilon = 1e-12;  ///< above 0
  template <class Self, class Visit>
  static void visit(Self& self, Visit&& f) {
    f("epsilon", self.epsilon);
  }
};

/// z = a / (b + epsilon * sign(b)) with sign(0) = 1: a quotient that stays finite where b is 0, for rules
/// that share a relevance a among the parts of a sum b. a and b are floating and of one shape.
const ir::Operator& stabilised_div();

}  // namespace fovea::ops
