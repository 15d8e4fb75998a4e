#include "ops/greater_or_equal.hpp"

#include "ops/comparison.hpp"

#include <functional>

namespace fovea::ops {

const ir::Operator& greater_or_equal() {
  static const ir::Operator op{"GreaterOrEqual",
                               {"a", "b"},
                               comparison_type,
                               comparison_kernel<std::greater_equal<>>,
                               ir::not_differentiable("its result is a truth value")};
  return op;
}

}  // namespace fovea::ops
