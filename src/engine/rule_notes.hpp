#pragma once

#include "autodiff/backward.hpp"
#include "fovea/program.hpp"

namespace fovea {

/// What a rule other than the plain gradient did, and what it left alone.
Note note_of_rule(std::string_view rule, const autodiff::Differentiated& made);

/// Says where what flows back is no derivative.
void note_estimates(const ir::Graph& forward, ProgramReport& report);

}  // namespace fovea
