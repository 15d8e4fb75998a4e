#pragma once

#include "ir/operator.hpp"

namespace fovea::ops {

struct TopKAttributes {
  std::int64_t axis = 0;     ///< non-negative
  std::int64_t k = 1;        ///< 1 to the extent of the axis
  std::int64_t largest = 1;  ///< 1: the largest elements, falling; 0: the smallest, rising
  template <class Self, class Visit>
  static void visit(Self& self, Visit&& f) {
    f("axis", self.axis);
    f("k", self.k);
    f("largest", self.largest);
  }
};

/// The indices (int64) of the k largest or smallest elements along the axis, in their order; of equal ones
/// the first comes first, and a NaN comes after all numbers. y: the shape of x with k along the axis.
/// Floating or int64. InputError for a k that does not fit.
const ir::Operator& top_k();

}  // namespace fovea::ops
