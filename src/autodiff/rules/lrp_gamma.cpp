#include "autodiff/rules/relevance.hpp"

namespace fovea::autodiff {

RuleSet lrp_gamma_rules() {
  return {"lrp-gamma",
          joined({layers_by_gamma(0.25), layers_by_epsilon(), sums_by_z_plus(), sums_by_epsilon(),
                  pass_through()}),
          routes_relevance};
}

}  // namespace fovea::autodiff
