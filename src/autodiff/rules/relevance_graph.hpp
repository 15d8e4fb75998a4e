#pragma once

#include "ir/graph.hpp"

#include <optional>

namespace fovea::autodiff {

/// What the rules of relevance propagation must know of the network around a node.

/// Whether no element of the value can be negative, by the operators that make it; false where that is not
/// plain to see.
bool is_non_negative(const ir::Graph& graph, ir::ValueId id);

/// Whether a node's operator sums its terms (ir::Relevance::Shared).
bool is_shared(const ir::Graph& graph, const ir::Node& node);

/// Whether one of the node's first two operands is a constant.
bool has_constant_operand(const ir::Graph& graph, const ir::Node& node);

/// Whether a Sub takes from its first operand the result of `reduction` over that operand itself: x -
/// mean(x), x - max(x).
bool takes_own(const ir::Graph& graph, const ir::Node& sub, const ir::Operator& reduction);

/// Of a product of two values that both are computed, the one that is weighed, where the other one is a gate:
/// a value that a function with two bounds holds, or that is stretched over the other (arras2017explaining).
/// Nothing where neither or both are.
std::optional<std::size_t> signal_of(const ir::Graph& graph, const ir::Node& product);

/// The constant that an Add behind a layer of weights gives it for a bias, as exporters write it whose MatMul
/// and Conv have none; kNoValue where there is no such Add or something else reads the layer's output.
ir::ValueId bias_behind(const ir::Graph& graph, const ir::Node& layer);

/// The layer whose bias this Add is, in that way, or nullptr.
const ir::Node* layer_of_bias(const ir::Graph& graph, const ir::Node& add);

}  // namespace fovea::autodiff
