#pragma once

#include "fovea/program.hpp"
#include "ir/graph.hpp"

#include <vector>

namespace fovea {

/// The self-attention of a graph whose first output is the scores: the layouts of all layers, and the values
/// that hold their probabilities. InputError, saying what was found and what would work, unless there is
/// attention and in every layer all tokens attend to all tokens.
struct GlobalAttention {
  Attention attention;  ///< AttentionLayer::output is not set
  std::vector<ir::ValueId> probabilities;
};
GlobalAttention global_attention(const ir::Graph& graph, std::int64_t batch);

/// InputError as for global_attention unless the network has such attention. Batch and size are those of the
/// options.
void check_attention(const Model& model, const ProgramOptions& options);

}  // namespace fovea
