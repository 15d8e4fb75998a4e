#pragma once

#include "autodiff/rules.hpp"
#include "fovea/program.hpp"

namespace fovea {

/// How nodes pass back what arrives under a rule.
autodiff::RuleSet rule_set(Rule rule);

}  // namespace fovea
