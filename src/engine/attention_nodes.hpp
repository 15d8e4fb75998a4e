#pragma once

#include "ir/graph.hpp"
#include "ops/axis_roles.hpp"

#include <optional>
#include <vector>

/// Attention as a graph shows it, whatever its values are called: Softmax(Q K) V, where the Softmax is over
/// the axis that the second product sums over, and K and V are computed from the picture.
namespace fovea {

/// One attention. Between the Softmax and the products there may be what moves elements or works on each of
/// them with constants: scales, masks, biases, casts, reshapes and transposes.
struct AttentionNodes {
  ir::ValueId probabilities = ir::kNoValue;   ///< the Softmax's result
  std::int64_t query_axis = 0, key_axis = 0;  ///< of the probabilities; they sum to 1 along `key_axis`
  ir::ValueId product = ir::kNoValue;         ///< of the probabilities and V
  /// The value from which linear layers compute K and V (and Q): the block's normalised tokens. kNoValue
  /// where they have no such value in common.
  ir::ValueId source = ir::kNoValue;
  /// Whether Q is the same for every picture (attention pooling by a learnt query).
  bool has_learnt_query = false;
};

/// All attention, in the order of computation. `roles` are those of the graph's values (ops/axis_roles.hpp).
std::vector<AttentionNodes> attention_nodes(const ir::Graph& graph, const std::vector<ops::AxisRoles>& roles);

/// The tokens that the scores read of the last value that has others beside the patches, such as a class
/// token.
struct TokensRead {
  std::vector<bool> is_read;  ///< one flag for each token: what slices and gathers pick, or all
  ir::AxisPart tokens;        ///< the axis of tokens

  bool any_patch() const;
};

/// None if all tokens are patches.
std::optional<TokensRead> tokens_read(const ir::Graph& graph, const std::vector<ops::AxisRoles>& roles);

}  // namespace fovea
