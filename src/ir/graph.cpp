#include "ir/graph.hpp"

#include <algorithm>

namespace fovea::ir {
namespace {

/// No tensor may exceed this many elements: a size beyond it is a mistake in the model, and offsets stay in
/// range.
constexpr std::int64_t kMaxElements = std::int64_t{1} << 31;

void check_size(const TensorType& type) {
  std::int64_t elements = 1;
  for (std::int64_t extent : type.shape) {
    FOVEA_CHECK(extent >= 0, "a tensor of shape {} has a negative extent", to_string(type.shape));
    FOVEA_CHECK(extent == 0 || elements <= kMaxElements / extent, "a tensor of shape {} is too large",
                to_string(type.shape));
    elements *= extent;
  }
}

std::vector<TensorType> infer(const Graph& graph, const Operator& op, const Attributes& attributes,
                              const std::vector<ValueId>& inputs) {
  std::vector<const TensorType*> types;
  types.reserve(inputs.size());
  for (ValueId id : inputs)
    types.push_back(id == kNoValue ? nullptr : &graph.type(id));
  return op.infer({attributes, types});
}

}  // namespace

std::string Graph::unique_name(std::string wanted) const {
  if (!names_.contains(wanted))
    return wanted;
  for (int suffix = 1;; ++suffix)
    if (std::string name = fmt::format("{}_{}", wanted, suffix); !names_.contains(name))
      return name;
}

ValueId Graph::add_value(std::string name, TensorType type, NodeId producer) {
  check_size(type);
  name = unique_name(std::move(name));
  const auto id = static_cast<ValueId>(values_.size());
  names_.emplace(name, id);
  values_.push_back({std::move(name), std::move(type), producer, std::nullopt});
  return id;
}

ValueId Graph::add_input(std::string name, TensorType type) {
  const ValueId id = add_value(std::move(name), std::move(type), kNoNode);
  inputs_.push_back(id);
  return id;
}

ValueId Graph::add_constant(std::string name, Tensor tensor) {
  const ValueId id = add_value(std::move(name), {tensor.dtype(), tensor.shape()}, kNoNode);
  values_.back().constant = std::move(tensor);
  return id;
}

const Node& Graph::add_node(const Operator& op, Attributes attributes, std::vector<ValueId> inputs,
                            std::string name) {
  for (ValueId id : inputs)
    FOVEA_ASSERT(id >= kNoValue && id < static_cast<ValueId>(values_.size()));
  const std::vector<TensorType> types = infer(*this, op, attributes, inputs);
  if (name.empty())
    name = fmt::format("{}_{}", op.name, nodes_.size());
  const auto id = static_cast<NodeId>(nodes_.size());
  Node node{&op, std::move(attributes), std::move(inputs), {}, name};
  for (std::size_t i = 0; i < types.size(); ++i)
    node.outputs.push_back(add_value(i == 0 ? name : fmt::format("{}:{}", name, i), types[i], id));
  nodes_.push_back(std::move(node));
  return nodes_.back();
}

ValueId Graph::add(const Operator& op, Attributes attributes, std::vector<ValueId> inputs, std::string name) {
  return add_node(op, std::move(attributes), std::move(inputs), std::move(name)).outputs.front();
}

void Graph::add_output(ValueId value, const std::string& name) {
  FOVEA_ASSERT(value >= 0 && value < static_cast<ValueId>(values_.size()));
  outputs_.push_back(value);
  output_names_.push_back(name.empty() ? this->value(value).name : name);
}

void Graph::clear_outputs() {
  outputs_.clear();
  output_names_.clear();
}

void Graph::rename(ValueId id, std::string name) {
  auto& value = values_[static_cast<std::size_t>(id)];
  if (value.name == name)
    return;
  names_.erase(value.name);
  value.name = unique_name(std::move(name));
  names_.emplace(value.name, id);
}

const Node* Graph::producer(ValueId id) const {
  const NodeId node = value(id).producer;
  return node == kNoNode ? nullptr : &nodes_[static_cast<std::size_t>(node)];
}

ValueId Graph::find(std::string_view name) const {
  const auto at = names_.find(std::string(name));
  return at == names_.end() ? kNoValue : at->second;
}

bool Graph::is_output(ValueId id) const {
  return std::find(outputs_.begin(), outputs_.end(), id) != outputs_.end();
}

std::vector<int> Graph::use_counts() const {
  std::vector<int> counts(values_.size(), 0);
  for (const Node& node : nodes_)
    for (ValueId id : node.inputs)
      if (id != kNoValue)
        ++counts[static_cast<std::size_t>(id)];
  for (ValueId id : outputs_)
    ++counts[static_cast<std::size_t>(id)];
  return counts;
}

void verify(const Graph& graph, std::string_view after) {
  auto expect = [&](bool condition, const std::string& what) {
    if (!condition)
      throw InternalError(fmt::format("after {}: {}", after, what));
  };
  std::vector<bool> defined(graph.values().size(), false);
  for (ValueId id : graph.inputs())
    defined[static_cast<std::size_t>(id)] = true;
  for (std::size_t i = 0; i < graph.values().size(); ++i) {
    const Value& value = graph.values()[i];
    expect(graph.find(value.name) == static_cast<ValueId>(i),
           fmt::format("the name '{}' is not unique", value.name));
    if (value.constant) {
      expect(value.type == TensorType{value.constant->dtype(), value.constant->shape()},
             fmt::format("constant '{}' has another type than its tensor", value.name));
      defined[i] = true;
    }
  }
  for (std::size_t n = 0; n < graph.nodes().size(); ++n) {
    const Node& node = graph.nodes()[n];
    for (ValueId id : node.inputs)
      expect(id == kNoValue || defined[static_cast<std::size_t>(id)],
             fmt::format("node '{}' reads a value before it is computed", node.name));
    const std::vector<TensorType> types = infer(graph, *node.op, node.attributes, node.inputs);
    expect(types.size() == node.outputs.size(),
           fmt::format("node '{}' has a wrong number of outputs", node.name));
    for (std::size_t i = 0; i < types.size(); ++i) {
      const Value& output = graph.value(node.outputs[i]);
      expect(output.type == types[i],
             fmt::format("value '{}' has another type than its shape rule gives", output.name));
      expect(output.producer == static_cast<NodeId>(n),
             fmt::format("value '{}' has a wrong producer", output.name));
      defined[static_cast<std::size_t>(node.outputs[i])] = true;
    }
  }
  for (ValueId id : graph.outputs())
    expect(defined[static_cast<std::size_t>(id)],
           fmt::format("output '{}' is never computed", graph.value(id).name));
}

}  // namespace fovea::ir
