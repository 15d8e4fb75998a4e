#include "autodiff/rules.hpp"

namespace fovea::autodiff {

RuleSet gradient_rules() {
  return {"gradient", {}};
}

}  // namespace fovea::autodiff
