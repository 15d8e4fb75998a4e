#pragma once

#include "fovea/program.hpp"
#include "ir/graph.hpp"

namespace fovea {

/// The model's graph at the batch and size of the options, before any pass: its values have the names that
/// the file gives them.
ir::Graph imported_graph(const Model& model, const ProgramOptions& options);

}  // namespace fovea
