#pragma once

#include "ir/reach.hpp"

#include <vector>

namespace fovea::ops {

using ir::Reach;

/// For every value of the graph, what its elements depend on of `picture`, an input of [N,C,H,W]. Fields are
/// bounds that are reached where no weight is zero, in the middle of the picture; operators without a rule
/// of how they move positions reach the whole picture. Source: araujo2019computing.
std::vector<Reach> receptive_fields(const ir::Graph& graph, ir::ValueId picture);

}  // namespace fovea::ops
