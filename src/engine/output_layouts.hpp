#pragma once

#include "fovea/program.hpp"
#include "ir/graph.hpp"

#include <optional>
#include <vector>

namespace fovea {

/// What the axes of an imported graph's outputs count, as far as it is known: one entry for each output.
std::vector<std::optional<LayerLayout>> output_layouts(const Model& model, const ir::Graph& graph,
                                                       const ProgramOptions& options);

}  // namespace fovea
