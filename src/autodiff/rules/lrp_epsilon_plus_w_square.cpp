#include "autodiff/rules/relevance.hpp"

namespace fovea::autodiff {

RuleSet lrp_epsilon_plus_w_square_rules() {
  return {"lrp-epsilon-plus-w-square",
          joined({first_layer_by_w_square(), convolutions_by_z_plus(), layers_by_epsilon(),
                  dense_biases_by_epsilon(), sums_by_z_plus(), sums_by_epsilon(), pass_through()}),
          routes_relevance};
}

}  // namespace fovea::autodiff
