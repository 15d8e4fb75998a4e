#include "autodiff/rules/relevance.hpp"

namespace fovea::autodiff {

RuleSet lrp_composite_rules() {
  return {"lrp",
          joined({convolutions_by_z_plus(), layers_by_epsilon(), dense_biases_by_epsilon(), sums_by_z_plus(),
                  sums_by_epsilon(), pass_through()}),
          routes_relevance};
}

}  // namespace fovea::autodiff
