#include "ops/equal.hpp"

#include "ops/comparison.hpp"

#include <functional>

namespace fovea::ops {

const ir::Operator& equal() {
  static const ir::Operator op{"Equal",
                               {"a", "b"},
                               comparison_type,
                               comparison_kernel<std::equal_to<>>,
                               ir::not_differentiable("its result is a truth value")};
  return op;
}

}  // namespace fovea::ops
