#pragma once

#include "autodiff/backward.hpp"
#include "fovea/program.hpp"

namespace fovea {

/// A note on which nodes a rule other than the plain gradient acted on, and which ones it left alone.
Note note_of_rule(std::string_view rule, const autodiff::Differentiated& made);

/// Adds notes on nodes whose backward rule is not their derivative.
void note_estimates(const ir::Graph& forward, ProgramReport& report);

}  // namespace fovea
