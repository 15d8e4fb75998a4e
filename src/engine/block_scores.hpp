#pragma once

#include "ir/graph.hpp"

#include <vector>

namespace fovea {

/// Appends to a graph whose first output is the scores the scores of each block of a transformer: what the
/// network's end, from the tokens that the last block hands on to the scores, gives for the tokens that this
/// block hands on (bousselham2024legrad). `probabilities` are those of the blocks' attention, in the order of
/// computation. Returns one value for each block; the last one's are the graph's own scores. InputError if
/// the blocks are not alike, or if anything but the last block's tokens leads to the scores.
std::vector<ir::ValueId> add_block_scores(ir::Graph& graph, const std::vector<ir::ValueId>& probabilities);

}  // namespace fovea
