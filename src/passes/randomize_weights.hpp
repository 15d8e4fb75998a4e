#pragma once

#include "passes/pipeline.hpp"

#include <cstdint>

namespace fovea::passes {

/// The names of the nodes with learnt weights, from the outputs back: convolutions, transposed ones, matrix
/// products with a constant and normalisations that were not folded into them. Each name once.
std::vector<std::string> layers_with_weights(const ir::Graph& graph);

/// Shuffles the elements of each constant operand of the named layers (adebayo2018sanity, section 4, with the
/// weights' own distribution). A layer's permutation depends on its name and the seed only, so it is the same
/// whichever other layers are shuffled; operands of equal length are permuted alike, so that a
/// normalisation's mean and variance stay together. Names that the graph does not have are left out.
ir::Graph randomize_weights(const ir::Graph& graph, std::span<const std::string> layers, std::uint64_t seed);

}  // namespace fovea::passes
