#pragma once

#include "fovea/library.hpp"
#include "ir/graph.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace fovea::passes {

/// The notes of passes for the user.
using Notes = std::vector<Note>;

/// A pass is a pure function from graph to graph.
struct Pass {
  std::string_view name;
  ir::Graph (*run)(const ir::Graph&, Notes&);
};

/// The passes from an imported graph, whose scores were taken from before the final activation
/// (passes/score_head.hpp), to the canonical one that is differentiated.
std::span<const Pass> canonical_passes();
/// The passes that take the scores of a canonical graph from before a final Relu.
std::span<const Pass> final_relu_passes();
/// The passes from a differentiated graph to the one that is exported, or planned after the backend's own
/// passes (backend/backend.hpp).
std::span<const Pass> final_passes();

/// Runs the passes in order and verifies the graph after each.
ir::Graph run(std::span<const Pass> passes, ir::Graph graph, Notes& notes);

}  // namespace fovea::passes
