#pragma once

#include "ir/operator.hpp"

#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace fovea::ir {

using NodeId = std::int32_t;
inline constexpr NodeId kNoNode = -1;

/// InputError for a type that values cannot have: a negative extent, more than 64 axes or more than 2^31
/// elements, where an extent of 0 counts as 1.
void check_size(const TensorType& type);

struct Value {
  std::string name;  ///< unique within the graph
  TensorType type;
  NodeId producer = kNoNode;       ///< kNoNode for inputs and constants
  std::optional<Tensor> constant;  ///< empty while its elements are pending and once they are dropped
};

struct Node {
  const Operator* op = nullptr;
  Attributes attributes;
  std::vector<ValueId> inputs;  ///< kNoValue for an absent optional input
  std::vector<ValueId> outputs;
  std::string name;
};

/// A computation in single-assignment form. Nodes are stored in execution order: a node reads only inputs,
/// constants and outputs of earlier nodes. Built by appending; changed by building another graph (see
/// passes/rewriter.hpp). Copies share the constants' elements.
class Graph {
public:
  ValueId add_input(std::string name, TensorType type);
  ValueId add_constant(std::string name, Tensor tensor);
  /// A constant of that type whose elements are set later; they must not be read before.
  ValueId add_pending_constant(std::string name, TensorType type);
  void set_elements(ValueId constant, Tensor tensor);
  /// Appends a node; its output types come from the operator's shape rule. The outputs are named after the
  /// node. Throws InputError when the operands do not fit.
  const Node& add_node(const Operator& op, Attributes attributes, std::vector<ValueId> inputs,
                       std::string name);
  /// Appends a node of an operator with one output, which is returned. An empty name is replaced by one made
  /// from the operator's.
  ValueId add(const Operator& op, Attributes attributes, std::vector<ValueId> inputs, std::string name = {});
  void add_output(ValueId value, const std::string& name = {});
  void clear_outputs();
  void rename(ValueId value, std::string name);
  /// Releases a constant's elements, once the caller has taken what it needs of them.
  void drop_elements(ValueId constant) { *values_[static_cast<std::size_t>(constant)].constant = {}; }

  const std::vector<Node>& nodes() const { return nodes_; }
  const std::vector<Value>& values() const { return values_; }
  const std::vector<ValueId>& inputs() const { return inputs_; }
  const std::vector<ValueId>& outputs() const { return outputs_; }
  const std::vector<std::string>& output_names() const { return output_names_; }

  const Value& value(ValueId id) const { return values_[static_cast<std::size_t>(id)]; }
  const TensorType& type(ValueId id) const { return value(id).type; }
  const Shape& shape(ValueId id) const { return value(id).type.shape; }
  bool is_constant(ValueId id) const { return value(id).constant.has_value(); }
  /// Whether the elements of a constant are present: neither pending nor dropped.
  bool has_elements(ValueId id) const { return is_constant(id) && !value(id).constant->empty(); }
  const Node* producer(ValueId id) const;
  /// The value of that name, or kNoValue.
  ValueId find(std::string_view name) const;
  bool is_output(ValueId id) const { return output_ids_.contains(id); }
  /// The nodes that read a value, in execution order, each once.
  const std::vector<NodeId>& readers(ValueId id) const { return readers_[static_cast<std::size_t>(id)]; }
  /// The number of nodes and graph outputs that read each value.
  std::vector<int> use_counts() const;

private:
  ValueId add_value(std::string name, TensorType type, NodeId producer);
  std::string unique_name(std::string wanted);
  void free_name(const std::string& name);

  std::vector<Node> nodes_;
  std::vector<Value> values_;
  std::vector<ValueId> inputs_;
  std::vector<ValueId> outputs_;
  std::unordered_set<ValueId> output_ids_;
  std::vector<std::string> output_names_;
  std::vector<std::vector<NodeId>> readers_;  ///< of each value
  std::unordered_map<std::string, ValueId> names_;
  /// The suffix to try next for a name that is taken: smaller ones are taken, too.
  std::unordered_map<std::string, int> next_suffix_;
};

/// Checks every invariant of a graph: order, ids, unique names, types equal to what the shape rules give.
/// Throws InternalError naming the first broken one; `after` says who made the graph ("pass fold_constants").
void verify(const Graph& graph, std::string_view after);

}  // namespace fovea::ir
