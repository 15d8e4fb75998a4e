#pragma once

#include "ir/graph.hpp"

#include <optional>
#include <vector>

namespace fovea::autodiff {

/// Questions of the rules of relevance propagation about the network around a node.

/// Whether no element of the value can be negative, as far as the operators that compute it show; false if
/// that is unclear.
bool is_non_negative(const ir::Graph& graph, ir::ValueId id);

/// Whether a node's operator sums its terms (ir::Relevance::FixedSum).
bool is_shared(const ir::Graph& graph, const ir::Node& node);

/// Whether one of the node's first two operands is a constant.
bool has_constant_operand(const ir::Graph& graph, const ir::Node& node);

/// Whether a Sub subtracts from its first operand the result of `reduction` over that same operand: x -
/// mean(x), x - max(x).
bool takes_own(const ir::Graph& graph, const ir::Node& sub, const ir::Operator& reduction);

/// The index of the signal in a product of two computed values whose other factor is a gate: a value from a
/// function with two bounds, or one that is broadcast over the signal (arras2017explaining). None if neither
/// or both factors are gates.
std::optional<std::size_t> signal_of(const ir::Graph& graph, const ir::Node& product);

/// The constant that an Add behind a layer adds as its bias, as exporters write it for a MatMul or Conv
/// without bias; kNoValue if there is no such Add or something else reads the layer's output.
ir::ValueId bias_behind(const ir::Graph& graph, const ir::Node& layer);

/// The layer whose bias this Add is in that sense, or nullptr.
const ir::Node* layer_of_bias(const ir::Graph& graph, const ir::Node& add);

/// Whether a layer with weights lies anywhere between the graph's inputs and the node.
bool has_layer_before(const ir::Graph& graph, const ir::Node& node);

/// The nodes on all paths from one value to another, in execution order.
std::vector<ir::NodeId> nodes_between(const ir::Graph& graph, ir::ValueId from, ir::ValueId to);

}  // namespace fovea::autodiff
