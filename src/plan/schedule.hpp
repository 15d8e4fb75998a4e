#pragma once

#include "ir/graph.hpp"

#include <vector>

namespace fovea::plan {

/// The order in which nodes run: first the `forward` ones, which the forward outputs need, and with them
/// those that keep something smaller of a forward value for the backward pass (a mask); then the rest.
struct Schedule {
  std::vector<ir::NodeId> order;
  std::size_t forward = 0;
  std::size_t forward_outputs = 0;  ///< the first so many of the graph's outputs are the forward part's
};

/// `forward_outputs`, the first of the graph's outputs, must be known when the forward part ends.
Schedule make_schedule(const ir::Graph& graph, const std::vector<ir::ValueId>& forward_outputs);

}  // namespace fovea::plan
