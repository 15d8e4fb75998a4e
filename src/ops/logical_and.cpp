#include "ops/logical_and.hpp"

#include "ops/comparison.hpp"

#include <functional>

namespace fovea::ops {

const ir::Operator& logical_and() {
  static const ir::Operator op{"And",
                               {"a", "b"},
                               logical_type,
                               comparison_kernel<std::logical_and<>>,
                               ir::not_differentiable("its result is a truth value")};
  return op;
}

}  // namespace fovea::ops
