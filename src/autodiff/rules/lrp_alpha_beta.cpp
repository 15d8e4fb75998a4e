#include "autodiff/rules/relevance.hpp"

namespace fovea::autodiff {

RuleSet lrp_alpha_beta_rules() {
  return {"lrp-alpha-beta",
          joined({layers_by_alpha_beta(), layers_by_epsilon(), sums_by_z_plus(), sums_by_epsilon(),
                  pass_through()}),
          routes_relevance};
}

}  // namespace fovea::autodiff
