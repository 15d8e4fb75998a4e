#pragma once

#include "autodiff/rules.hpp"
#include "fovea/program.hpp"

namespace fovea {

/// How nodes pass back what arrives under a rule.
autodiff::RuleSet rule_set(Rule rule);
/// The same of a backward pass of a program, which may have a rule of the caller's own.
autodiff::RuleSet rule_set(const ProgramOptions& options, Rule of_pass);
/// What notes call it: the caller's name for it, or `name_of(Rule)`.
std::string_view rule_name(const ProgramOptions& options, Rule of_pass);

}  // namespace fovea
