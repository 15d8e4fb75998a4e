#include "autodiff/rules/relevance.hpp"

namespace fovea::autodiff {

RuleSet lrp_epsilon_rules() {
  return {"lrp-epsilon",
          joined({layers_by_epsilon(), sums_by_epsilon(), shifts_by_epsilon(), pass_through()}),
          routes_relevance};
}

}  // namespace fovea::autodiff
