#include "ops/less_or_equal.hpp"

#include "ops/comparison.hpp"

#include <functional>

namespace fovea::ops {

const ir::Operator& less_or_equal() {
  static const ir::Operator op{"LessOrEqual",
                               {"a", "b"},
                               comparison_type,
                               comparison_kernel<std::less_equal<>>,
                               ir::not_differentiable("its result is a truth value")};
  return op;
}

}  // namespace fovea::ops
