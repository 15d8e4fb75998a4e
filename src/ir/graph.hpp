#pragma once

#include "ir/operator.hpp"

#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace fovea::ir {

using NodeId = std::int32_t;
inline constexpr NodeId kNoNode = -1;

struct Value {
  std::string name;  ///< unique within the graph
  TensorType type;
  NodeId producer = kNoNode;  ///< kNoNode for inputs and constants
  std::optional<Tensor> constant;
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
  /// Appends a node; its output types come from the operator's shape rule. The outputs are named after the
  /// node. Throws InputError when the operands do not fit.
  const Node& add_node(const Operator& op, Attributes attributes, std::vector<ValueId> inputs,
                       std::string name);
  /// The same for an operator with one output, which is returned. An empty name makes one from the operator.
  ValueId add(const Operator& op, Attributes attributes, std::vector<ValueId> inputs, std::string name = {});
  void add_output(ValueId value, const std::string& name = {});
  void clear_outputs();
  void rename(ValueId value, std::string name);
  /// Lets go of a constant's elements, for who has taken what it needs of them.
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
  const Node* producer(ValueId id) const;
  /// The value of that name, or kNoValue.
  ValueId find(std::string_view name) const;
  bool is_output(ValueId id) const;
  /// How many nodes and graph outputs read each value.
  std::vector<int> use_counts() const;

private:
  ValueId add_value(std::string name, TensorType type, NodeId producer);
  std::string unique_name(std::string wanted) const;

  std::vector<Node> nodes_;
  std::vector<Value> values_;
  std::vector<ValueId> inputs_;
  std::vector<ValueId> outputs_;
  std::vector<std::string> output_names_;
  std::unordered_map<std::string, ValueId> names_;
};

/// Checks every invariant of a graph: order, ids, unique names, types equal to what the shape rules give.
/// Throws InternalError naming the first broken one; `after` says who made the graph ("pass fold_constants").
void verify(const Graph& graph, std::string_view after);

}  // namespace fovea::ir
