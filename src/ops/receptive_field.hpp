#pragma once

#include "ir/reach.hpp"

#include <vector>

namespace fovea::ops {

using ir::Reach;

/// The part of `picture`, an input of [N,C,H,W], that the elements of every value of the graph depend on.
/// Fields are bounds, which are attained in the middle of the picture if no weight is zero. Operators without
/// a rule for positions reach the whole picture. Source: araujo2019computing.
std::vector<Reach> receptive_fields(const ir::Graph& graph, ir::ValueId picture);

}  // namespace fovea::ops
