#pragma once

#include "fovea/program.hpp"
#include "ir/graph.hpp"

namespace fovea {

/// Names of the values that a program computes, in the order of its outputs: what is differentiated (the
/// target, the scores), further outputs, then what the backward passes are with respect to.
std::vector<std::string> wanted_values(const Model& model, const ProgramOptions& options);

/// The backward passes of the options, number 0 first; none for Direction::Forward.
std::vector<BackwardPass> backward_passes_of(const ProgramOptions& options);
/// The names of what they are with respect to but the picture, each once.
std::vector<std::string> wrt_values_of(const ProgramOptions& options);

/// The graph of `wanted_values` at the batch and size of the options, before any pass: its values have the
/// names that the file gives them. With kLastSpatialLayer for one of `wrt_values_of`, that layer is its last
/// output.
ir::Graph imported_graph(const Model& model, const ProgramOptions& options);
/// Whether there is such a graph.
bool can_be_imported(const Model& model, const ProgramOptions& options);

/// The value that last_spatial_layer names, of a graph whose first output is the scores.
ir::ValueId last_spatial_value(const Model& model, const ir::Graph& graph, std::int64_t batch);

}  // namespace fovea
