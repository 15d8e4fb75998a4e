#pragma once

#include "ir/graph.hpp"

namespace fovea::autodiff {

/// A forward graph that also computes everything for a second picture, the baseline.
struct BaselineTwin {
  /// The original nodes and inputs, then the further input `baseline` and the nodes that read it. Outputs:
  /// the original's, then what the first of them is for the baseline.
  ir::Graph graph;
  /// For every value of the original, the value that stands for it; itself where it does not depend on the
  /// picture.
  std::vector<ir::ValueId> twins;
};

BaselineTwin with_baseline(const ir::Graph& forward, ir::ValueId picture);

}  // namespace fovea::autodiff
