#pragma once

#include "autodiff/backward.hpp"
#include "fovea/export.hpp"
#include "ir/graph.hpp"

namespace fovea {

/// Completes a differentiated graph for export: makes the seed from the scores or from an input `class`, and
/// the map from the gradient. Outputs: scores, map.
ir::Graph explanation_graph(const autodiff::Differentiated& differentiated, PictureLayout layout,
                            const ExplanationOptions& options);

}  // namespace fovea
