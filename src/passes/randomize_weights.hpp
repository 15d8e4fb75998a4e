#pragma once

#include "passes/pipeline.hpp"

#include <cstdint>

namespace fovea::passes {

/// The names of the nodes with learnt weights, from the outputs back: convolutions, transposed convolutions,
/// matrix products with a constant, and normalisations that were not folded into these. Each name once.
std::vector<std::string> layers_with_weights(const ir::Graph& graph);

/// Shuffles the elements of each constant operand of the named layers (adebayo2018sanity, section 4, with the
/// weights' own distribution). A layer's permutation depends only on its name and the seed, not on the other
/// shuffled layers; operands of equal length get the same permutation, so that a normalisation's mean and
/// variance stay together. Names that are not in the graph are ignored.
ir::Graph randomize_weights(const ir::Graph& graph, std::span<const std::string> layers, std::uint64_t seed);

}  // namespace fovea::passes
