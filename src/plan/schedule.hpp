#pragma once

#include "ir/graph.hpp"

#include <vector>

namespace fovea::plan {

/// The order in which nodes run: first the forward part, which consists of the nodes that the forward outputs
/// need and of those that save something smaller than a forward value for the backward pass (a mask); then
/// the rest.
struct Schedule {
  std::vector<ir::NodeId> order;
  std::size_t forward = 0;
  std::size_t forward_outputs = 0;  ///< number of the graph's first outputs that the forward part computes
};

/// Makes the schedule; `forward_outputs`, the first of the graph's outputs, are computed by the forward part.
Schedule make_schedule(const ir::Graph& graph, const std::vector<ir::ValueId>& forward_outputs);

}  // namespace fovea::plan
