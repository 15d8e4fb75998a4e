#include "autodiff/rules/relevance.hpp"

namespace fovea::autodiff {

RuleSet lrp_epsilon_alpha2_beta1_flat_rules() {
  return {"lrp-epsilon-alpha2-beta1-flat",
          joined({first_layer_flat(), convolutions_by_alpha_beta(), layers_by_epsilon(),
                  dense_biases_by_epsilon(), sums_by_z_plus(), sums_by_epsilon(), pass_through()}),
          routes_relevance};
}

}  // namespace fovea::autodiff
