#include "ir/graph.hpp"

#include <algorithm>
#include <charconv>

namespace fovea::ir {
namespace {

/// No tensor may exceed this many elements: a size beyond it is a mistake in the model, and offsets stay in
/// range.
constexpr std::int64_t kMaxElements = std::int64_t{1} << 31;
/// Nor has it more axes: frameworks stop at 32 or 64.
constexpr std::int64_t kMaxRank = 64;

std::vector<TensorType> infer(const Graph& graph, const Operator& op, const Attributes& attributes,
                              const std::vector<ValueId>& inputs) {
  std::vector<const TensorType*> types;
  types.reserve(inputs.size());
  for (ValueId id : inputs)
    types.push_back(id == kNoValue ? nullptr : &graph.type(id));
  return op.infer({attributes, types});
}

}  // namespace

void check_size(const TensorType& type) {
  const Shape& shape = type.shape;
  FOVEA_CHECK(shape.rank() <= kMaxRank, "a tensor of {} has more than {} axes", to_string(shape), kMaxRank);
  // An extent of 0 counts as 1, so that products of some of the extents stay in range, too.
  std::int64_t elements = 1;
  for (std::int64_t extent : shape) {
    FOVEA_CHECK(extent >= 0, "a tensor of shape {} has a negative extent", to_string(shape));
    FOVEA_CHECK(extent <= kMaxElements / elements, "a tensor of shape {} is too large", to_string(shape));
    elements *= std::max<std::int64_t>(extent, 1);
  }
}

std::string Graph::unique_name(std::string wanted) {
  if (!names_.contains(wanted))
    return wanted;
  for (int& suffix = next_suffix_.try_emplace(wanted, 1).first->second;; ++suffix)
    if (std::string name = fmt::format("{}_{}", wanted, suffix); !names_.contains(name))
      return name;
}

void Graph::free_name(const std::string& name) {
  names_.erase(name);
  const std::size_t end_of_base = name.find_last_of('_');
  if (end_of_base == std::string::npos)
    return;
  int suffix = 0;
  const char* const end = name.data() + name.size();
  const auto [at, error] = std::from_chars(name.data() + end_of_base + 1, end, suffix);
  const auto next = next_suffix_.find(name.substr(0, end_of_base));
  if (error == std::errc{} && at == end && suffix >= 1 && next != next_suffix_.end())
    next->second = std::min(next->second, suffix);
}

ValueId Graph::add_value(std::string name, TensorType type, NodeId producer) {
  check_size(type);
  name = unique_name(std::move(name));
  const auto id = static_cast<ValueId>(values_.size());
  names_.emplace(name, id);
  values_.push_back({std::move(name), std::move(type), producer, std::nullopt});
  readers_.emplace_back();
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

ValueId Graph::add_pending_constant(std::string name, TensorType type) {
  const ValueId id = add_value(std::move(name), std::move(type), kNoNode);
  values_.back().constant = Tensor();
  return id;
}

void Graph::set_elements(ValueId constant, Tensor tensor) {
  Value& value = values_[static_cast<std::size_t>(constant)];
  FOVEA_ASSERT(value.constant && (value.type == TensorType{tensor.dtype(), tensor.shape()}));
  value.constant = std::move(tensor);
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
  for (ValueId input : node.inputs)
    if (input != kNoValue)
      if (auto& readers = readers_[static_cast<std::size_t>(input)]; readers.empty() || readers.back() != id)
        readers.push_back(id);
  nodes_.push_back(std::move(node));
  return nodes_.back();
}

ValueId Graph::add(const Operator& op, Attributes attributes, std::vector<ValueId> inputs, std::string name) {
  return add_node(op, std::move(attributes), std::move(inputs), std::move(name)).outputs.front();
}

void Graph::add_output(ValueId value, const std::string& name) {
  FOVEA_ASSERT(value >= 0 && value < static_cast<ValueId>(values_.size()));
  outputs_.push_back(value);
  output_ids_.insert(value);
  output_names_.push_back(name.empty() ? this->value(value).name : name);
}

void Graph::clear_outputs() {
  outputs_.clear();
  output_ids_.clear();
  output_names_.clear();
}

void Graph::rename(ValueId id, std::string name) {
  auto& value = values_[static_cast<std::size_t>(id)];
  if (value.name == name)
    return;
  free_name(value.name);
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
    if (value.constant && !value.constant->empty()) {
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
