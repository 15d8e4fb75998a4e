#pragma once

#include "fovea/program.hpp"
#include "ir/graph.hpp"

namespace fovea {

/// The name of the output that holds the scores: the first of ProgramOptions::outputs, or the file's first.
std::string score_output(const Model& model, const ProgramOptions& options);

/// InputError when, by what the file declares, the output with the scores holds no floating tensor. The error
/// names the outputs that can be class scores.
void check_declared_scores(const Model& model, const ProgramOptions& options);

/// InputError when the graph's first output, imported as it stands in the file, cannot be class scores.
void check_class_scores(const Model& model, const ProgramOptions& options, const ir::Graph& graph);

}  // namespace fovea
