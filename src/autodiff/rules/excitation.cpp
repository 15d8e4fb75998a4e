#include "autodiff/rules/relevance.hpp"

namespace fovea::autodiff {

RuleSet excitation_rules() {
  return {"excitation",
          joined({layers_by_excitation(), layers_by_epsilon(), sums_by_z_plus(), sums_by_epsilon(),
                  pass_through()}),
          routes_relevance};
}

}  // namespace fovea::autodiff
