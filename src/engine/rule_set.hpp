#pragma once

#include "autodiff/rules.hpp"
#include "fovea/program.hpp"

namespace fovea {

/// The rule set of a backward pass of a program, which may have a custom rule.
autodiff::RuleSet rule_set(const ProgramOptions& options, Rule of_pass);
/// The name of this rule set in notes: the caller's, or `name_of(Rule)`.
std::string_view rule_name(const ProgramOptions& options, Rule of_pass);

}  // namespace fovea
