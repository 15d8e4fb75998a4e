#include "ops/logical_or.hpp"

#include "ops/comparison.hpp"

#include <functional>

namespace fovea::ops {

const ir::Operator& logical_or() {
  static const ir::Operator op{"Or",
                               {"a", "b"},
                               logical_type,
                               comparison_kernel<std::logical_or<>>,
                               ir::not_differentiable("its result is a truth value")};
  return op;
}

}  // namespace fovea::ops
