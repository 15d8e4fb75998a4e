#pragma once

#include "engine/program_impl.hpp"
#include "ir/graph.hpp"

#include <optional>

namespace fovea {

/// Lowers a program's graph to `impl.backend` and plans its memory: fills in `lowering`, `constants`,
/// `offsets` and the report's figures. The outputs of `impl`, which are the graph's first, must be set;
/// elements of the graph's constants are dropped once the backend has taken them. Returns the backend's
/// refusal, if it refuses a node; InputError when a session takes more memory than the model's limit or the
/// machine has.
std::optional<backend::Refusal> lower_program(const Model& model, ir::Graph& graph, ProgramImpl& impl);

}  // namespace fovea
