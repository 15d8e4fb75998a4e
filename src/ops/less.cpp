#include "ops/less.hpp"

#include "ops/comparison.hpp"

#include <functional>

namespace fovea::ops {

const ir::Operator& less() {
  static const ir::Operator op{"Less",
                               {"a", "b"},
                               comparison_type,
                               comparison_kernel<std::less<>>,
                               ir::not_differentiable("its result is a truth value")};
  return op;
}

}  // namespace fovea::ops
