#include "ops/min.hpp"

#include "ops/broadcast.hpp"
#include "ops/extremum.hpp"

#include <functional>

namespace fovea::ops {

const ir::Operator& min() {
  static const ir::Operator op{"Min",
                               {"a", "b"},
                               binary_type,
                               binary_kernel<Extremum<std::less<>>>,
                               extremum_rule<min_gradient>,
                               {},
                               {.pointwise = true, .relevance = ir::Relevance::Routed}};
  return op;
}

const ir::Operator& min_gradient() {
  static const ir::Operator op{"MinGradient",
                               {"dy", "a", "b"},
                               extremum_gradient_type,
                               extremum_gradient_kernel<std::less<>>,
                               ir::not_differentiable("second derivatives are not computed")};
  return op;
}

}  // namespace fovea::ops
