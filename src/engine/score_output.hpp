#pragma once

#include "fovea/program.hpp"
#include "ir/graph.hpp"

namespace fovea {

/// The name of the output that holds the scores: the first of ProgramOptions::outputs, or the file's first.
std::string score_output(const Model& model, const ProgramOptions& options);

/// InputError if, according to the file's declarations, the output with the scores is not a floating-point
/// tensor. The error names the outputs that can be class scores.
void check_declared_scores(const Model& model, const ProgramOptions& options);

/// InputError if the graph's first output, imported as in the file, cannot be class scores.
void check_class_scores(const Model& model, const ProgramOptions& options, const ir::Graph& graph);

}  // namespace fovea
