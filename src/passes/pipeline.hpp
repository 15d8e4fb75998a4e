#pragma once

#include "fovea/note.hpp"
#include "ir/graph.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace fovea::passes {

/// What passes did that the user should know.
using Notes = std::vector<Note>;

/// A pass is a pure function from graph to graph.
struct Pass {
  std::string_view name;
  ir::Graph (*run)(const ir::Graph&, Notes&);
};

/// From an imported graph to the canonical one that is differentiated; the scores were taken from before its
/// final activation (passes/score_head.hpp).
std::span<const Pass> canonical_passes();
/// On a canonical graph: takes the scores before a final Relu.
std::span<const Pass> final_relu_passes();
/// From a differentiated graph to the one that is written to a file, or planned once the backend's own passes
/// (backend/backend.hpp) have run.
std::span<const Pass> final_passes();

/// Runs the passes in order and verifies the graph after each.
ir::Graph run(std::span<const Pass> passes, ir::Graph graph, Notes& notes);

}  // namespace fovea::passes
