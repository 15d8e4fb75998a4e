#pragma once

#include "fovea/segment.hpp"
#include "segment/grid_cut.hpp"

namespace fovea {

/// Makes cutting a pixel (source side) from its parent (sink side) cost infinity. The problem must be an
/// 8-neighbour grid of the forest's size.
void add_star_edges(const StarForest& forest, GridProblem& problem);

}  // namespace fovea
