#include "autodiff/rules/relevance.hpp"

namespace fovea::autodiff {

RuleSet lrp_epsilon_gamma_box_rules(const InputRange& range) {
  return {"lrp-epsilon-gamma-box",
          joined({first_layer_by_z_box(range), convolutions_by_gamma(0.25), layers_by_epsilon(),
                  dense_biases_by_epsilon(), sums_by_z_plus(), sums_by_epsilon(), pass_through()}),
          routes_relevance};
}

}  // namespace fovea::autodiff
