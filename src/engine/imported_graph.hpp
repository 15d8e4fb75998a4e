#pragma once

#include "fovea/program.hpp"
#include "ir/graph.hpp"

namespace fovea {

/// Names of the values that a program computes, in the order of its outputs: what is differentiated (the
/// target, the scores), further outputs, then the source.
std::vector<std::string> wanted_values(const Model& model, const ProgramOptions& options);

/// The graph of `wanted_values` at the batch and size of the options, before any pass: its values have the
/// names that the file gives them.
ir::Graph imported_graph(const Model& model, const ProgramOptions& options);

}  // namespace fovea
