#pragma once

#include "fovea/program.hpp"
#include "ir/graph.hpp"

namespace fovea {

/// A graph whose first output is rows of scores, summed over a region.
struct RegionRows {
  ir::Graph graph;
  bool are_exclusive = false;  ///< RegionScores::are_exclusive
};

/// Replaces the first output, which is [batch,C,H,W], by two: rows [batch,C], the sums of the scores over the
/// positions, weighted by a further input "region" [batch,1,H,W]; and the scores themselves, [batch,C,H,W].
/// Scores are those before a final softmax along C or sigmoid. Other outputs stay. `activation` is
/// ProgramOptions::activation.
RegionRows make_region_rows(const ir::Graph& graph, std::optional<Activation> activation);

}  // namespace fovea
