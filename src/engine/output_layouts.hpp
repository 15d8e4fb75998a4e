#pragma once

#include "fovea/program.hpp"
#include "ir/graph.hpp"

#include <optional>
#include <vector>

namespace fovea {

/// The layouts of an imported graph's outputs, as far as they are known: one entry for each output.
std::vector<std::optional<LayerLayout>> output_layouts(const Model& model, const ir::Graph& graph,
                                                       const ProgramOptions& options);

}  // namespace fovea
