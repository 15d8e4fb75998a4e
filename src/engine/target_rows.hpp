#pragma once

#include "fovea/model.hpp"
#include "fovea/target.hpp"
#include "ir/graph.hpp"

#include <vector>

namespace fovea {

/// InputError that lists the model's outputs with their shapes if a target reads a value that the file does
/// not have.
void check_target_values(const Model& model, const std::vector<Target>& targets);

/// Replaces the graph's first outputs, which are `values_of(targets)`, by one output [batch, targets] that
/// holds the targets' numbers. Other outputs stay. InputError if an index does not fit a value, if a value
/// holds no floating-point numbers or has no axis for the batch, and if a target does not depend on an input.
ir::Graph make_target_rows(const ir::Graph& graph, const std::vector<Target>& targets, std::int64_t batch);

}  // namespace fovea
