#include "ops/greater.hpp"

#include "ops/comparison.hpp"

#include <functional>

namespace fovea::ops {

const ir::Operator& greater() {
  static const ir::Operator op{"Greater",
                               {"a", "b"},
                               comparison_type,
                               comparison_kernel<std::greater<>>,
                               ir::not_differentiable("its result is a truth value")};
  return op;
}

}  // namespace fovea::ops
