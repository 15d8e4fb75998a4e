#pragma once

#include "ir/operator.hpp"

namespace fovea::ops {

/// Attributes of Softmax and LogSoftmax.
struct SoftmaxAttributes {
  std::int64_t axis = 1;  ///< 0 to rank - 1
  template <class Self, class Visit>
  static void visit(Self& self, Visit&& f) {
    f("axis", self.axis);
  }
};

/// y = exp(x) / sum of exp(x) along the axis, without overflow.
const ir::Operator& softmax();

/// dx = y * (dy - sum of dy * y along the axis), from the output of Softmax. Inputs (dy, y).
const ir::Operator& softmax_gradient();

/// Shape rule of both and of their gradients: the type of the first operand, which all others share;
/// InputError for an axis outside it.
std::vector<ir::TensorType> softmax_type(const ir::InferCall& call);

/// Calls f(first, count, step) for every line of a row-major tensor along the axis: elements first + k *
/// step, k < count.
template <class F>
void for_each_line(const Shape& shape, std::int64_t axis, F&& f) {
  const std::int64_t count = shape[axis];
  std::int64_t outer = 1, inner = 1;
  for (std::int64_t i = 0; i < shape.rank(); ++i)
    (i < axis ? outer : inner) *= i == axis ? 1 : shape[i];
  for (std::int64_t o = 0; o < outer; ++o)
    for (std::int64_t i = 0; i < inner; ++i)
      f(o * count * inner + i, count, inner);
}

}  // namespace fovea::ops
