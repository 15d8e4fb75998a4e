#pragma once

#include "autodiff/backward.hpp"
#include "fovea/export.hpp"
#include "ir/graph.hpp"

namespace fovea {

/// A differentiated graph with what stands around it in an exported one: the seed made from the scores, or
/// from an input `class`, and the gradient made into the map. Outputs: scores, map.
ir::Graph explanation_graph(const autodiff::Differentiated& differentiated, PictureLayout layout,
                            const ExplanationOptions& options);

}  // namespace fovea
