#include "ops/max.hpp"

#include "ops/broadcast.hpp"
#include "ops/extremum.hpp"

#include <functional>

namespace fovea::ops {

const ir::Operator& max() {
  static const ir::Operator op{"Max",
                               {"a", "b"},
                               binary_type,
                               binary_kernel<Extremum<std::greater<>>>,
                               extremum_rule<max_gradient>,
                               {},
                               {.pointwise = true, .relevance = ir::Relevance::Routed}};
  return op;
}

const ir::Operator& max_gradient() {
  static const ir::Operator op{"MaxGradient",
                               {"dy", "a", "b"},
                               extremum_gradient_type,
                               extremum_gradient_kernel<std::greater<>>,
                               ir::not_differentiable("second derivatives are not computed")};
  return op;
}

}  // namespace fovea::ops
