#include "onnx/file/flatten.hpp"

#include "onnx/file/file.hpp"
#include "onnx/file/flattener.hpp"
#include "onnx/import/custom_node.hpp"

#include <algorithm>
#include <array>

namespace fovea::onnx_import {
namespace {

constexpr int kMaxDepth = 64;
constexpr std::size_t kMaxNodes = std::size_t{1} << 18, kMaxCopiedBytes = std::size_t{64} << 20;

constexpr std::array<std::string_view, 2> kBranches = {"then_branch", "else_branch"};
/// The attribute of an If whose branches were taken out of it: it reads its condition and the results of
/// both.
constexpr std::string_view kFlattened = "fovea.flattened";

bool is_if(const onnx::NodeProto& node) {
  return NodeReader(node).in_default_domain() && node.op_type() == "If";
}

}  // namespace

Flattener::Flattener(onnx::ModelProto& model,
                     const std::vector<std::shared_ptr<const CustomOperator>>& operators,
                     const std::string& path, const std::vector<std::optional<std::string_view>>& raw)
    : model_(model), functions_(model), operators_(operators), path_(path), raw_(raw),
      max_copied_(kMaxCopiedBytes + 2 * model.ByteSizeLong()) {}

std::vector<NodeScope> Flattener::run(std::int64_t opset) {
  onnx::GraphProto& graph = *model_.mutable_graph();
  Body main;
  main.scope.opset = opset;
  if (std::none_of(graph.node().begin(), graph.node().end(), [&](const onnx::NodeProto& node) {
        return is_if(node) || is_loop(node) || is_scan(node) || functions_.find(node);
      }))
    return std::vector<NodeScope>(static_cast<std::size_t>(graph.node_size()), main.scope);
  collect_names(graph);
  add_shapes(graph, main);
  google::protobuf::RepeatedPtrField<onnx::NodeProto> nodes;
  nodes.Swap(graph.mutable_node());
  for (onnx::NodeProto& node : nodes)
    add(std::move(node), main);
  graph.mutable_node()->Swap(&nodes_);
  return std::move(scopes_);
}

void Flattener::collect_names(const onnx::GraphProto& graph) {
  for (const auto& input : graph.input())
    used_.insert(input.name());
  for (int i = 0; i < graph.initializer_size(); ++i) {
    const auto index = static_cast<std::size_t>(i);
    used_.insert(graph.initializer(i).name());
    integers_.add_weight(graph.initializer(i), index < raw_.size() ? raw_[index] : std::nullopt);
  }
  for (const auto& node : graph.node())
    used_.insert(node.output().begin(), node.output().end());
}

std::string Flattener::fresh(const std::string& wanted) {
  if (used_.insert(wanted).second)
    return wanted;
  for (int& number = numbers_[wanted];;)
    if (const std::string name = fmt::format("{}_{}", wanted, ++number); used_.insert(name).second)
      return name;
}

void Flattener::add(onnx::NodeProto&& node, const Body& body) {
  const std::string own_name = NodeReader(node).name(), type = NodeReader(node).operator_name();
  try {
    resolve_references(node, body.bindings);
    for (std::string& input : *node.mutable_input())
      input = body.name(input);
    for (std::string& output : *node.mutable_output())
      output = body.name(output);
    if (!node.name().empty() && !body.prefix.empty())
      node.set_name(body.prefix + node.name());
    if (is_if(node))
      drop_flattened_mark(node);
    const bool custom = find_custom(operators_, NodeReader(node)) != nullptr;
    if (const onnx::FunctionProto* function = functions_.find(node); function && !custom)
      call(node, *function, body);
    else if (is_if(node) && !custom && if_why_not(NodeReader(node), body.scope.opset).empty())
      add_if(std::move(node), body);
    else if (const auto trips = custom ? std::nullopt : trips_of(node))
      unroll(node, *trips, body);
    else if (const auto steps = custom ? std::nullopt : steps_of(node, body.scope.opset))
      unroll_scan(node, *steps, body);
    else
      append(std::move(node), body.scope);
  } catch (const InputError& error) {
    throw ModelError(error.what(), {.path = path_, .node = body.prefix + own_name, .operator_name = type});
  }
}

void Flattener::append(onnx::NodeProto&& node, const NodeScope& scope) {
  FOVEA_CHECK(scopes_.size() < kMaxNodes, "the functions and branches of the model make more than {} nodes",
              kMaxNodes);
  integers_.add_node(node);
  *nodes_.Add() = std::move(node);
  scopes_.push_back(scope);
}

void Flattener::copy_nodes(const google::protobuf::RepeatedPtrField<onnx::NodeProto>& nodes,
                           const Body& body) {
  FOVEA_CHECK(
      body.depth <= kMaxDepth,
      "functions or branches lie within one another more than {} deep; a function must not call itself",
      kMaxDepth);
  for (const onnx::NodeProto& node : nodes) {
    copied_ += node.ByteSizeLong() + body.prefix.size() + sizeof(onnx::NodeProto);
    FOVEA_CHECK(copied_ <= max_copied_,
                "the functions and branches of the model make more than {} bytes of nodes", max_copied_);
    add(onnx::NodeProto(node), body);
  }
}

void Flattener::copy_graph(const onnx::GraphProto& graph, Body& body) {
  name_outputs(graph.node(), body);
  add_shapes(graph, body);
  copy_nodes(graph.node(), body);
}

void Flattener::name_outputs(const google::protobuf::RepeatedPtrField<onnx::NodeProto>& nodes, Body& body) {
  for (const onnx::NodeProto& node : nodes)
    for (const std::string& output : node.output())
      if (!output.empty() && body.names.count(output) == 0)
        body.names[output] = fresh(body.prefix + output);
}

void Flattener::call(const onnx::NodeProto& node, const onnx::FunctionProto& function, const Body& around) {
  FOVEA_CHECK(node.input_size() <= function.input_size(), "the function takes {} inputs, but {} are given",
              function.input_size(), node.input_size());
  FOVEA_CHECK(node.output_size() <= function.output_size(), "the function has {} outputs, but {} are wanted",
              function.output_size(), node.output_size());
  Body body = nested(around, NodeReader(node).name() + "/");
  body.parent = nullptr;  // a function sees its own names alone
  body.bindings = bind_attributes(function, node);
  body.scope.opset = opset_of(function, around.scope.opset);
  for (int i = 0; i < function.input_size(); ++i)
    body.names[function.input(i)] = i < node.input_size() ? node.input(i) : std::string();
  std::vector<std::pair<std::string, std::string>> copies;  // outputs that are inputs, or come up twice
  for (int i = 0; i < node.output_size(); ++i)
    if (const std::string& wanted = node.output(i);
        !wanted.empty() && !body.names.emplace(function.output(i), wanted).second)
      copies.emplace_back(function.output(i), wanted);
  name_outputs(function.node(), body);
  copy_nodes(function.node(), body);
  for (const auto& [from, to] : copies)
    append(make_node("Identity", {body.name(from)}, {to}), body.scope);
}

std::int64_t Flattener::opset_of(const onnx::FunctionProto& function, std::int64_t otherwise) {
  for (const auto& entry : function.opset_import())
    if (entry.domain().empty() || entry.domain() == "ai.onnx") {
      FOVEA_CHECK(entry.version() >= kFirstOpset && entry.version() <= kLastOpset,
                  "the function's operator set is version {}, supported are {} to {}", entry.version(),
                  kFirstOpset, kLastOpset);
      return entry.version();
    }
  return otherwise;
}

onnx::NodeProto Flattener::make_node(const std::string& type, const std::vector<std::string>& inputs,
                                     const std::vector<std::string>& outputs) {
  onnx::NodeProto node;
  node.set_op_type(type);
  for (const std::string& input : inputs)
    node.add_input(input);
  for (const std::string& output : outputs)
    node.add_output(output);
  return node;
}

onnx::AttributeProto& Flattener::add_attribute(onnx::NodeProto& node, std::string_view name,
                                               onnx::AttributeProto::AttributeType type) {
  onnx::AttributeProto& attribute = *node.add_attribute();
  attribute.set_name(std::string(name));
  attribute.set_type(type);
  return attribute;
}

void Flattener::append_choice(const std::string& name, std::vector<std::string> inputs,
                              const std::vector<std::string>& outputs, const NodeScope& scope) {
  onnx::NodeProto chosen = make_node("If", inputs, outputs);
  chosen.set_name(name);
  add_attribute(chosen, kFlattened, onnx::AttributeProto::INT);
  append(std::move(chosen), scope);
}

void Flattener::add_if(onnx::NodeProto&& node, const Body& around) {
  std::vector<std::string> inputs = {node.input(0)};
  for (std::size_t i = 0; i < kBranches.size(); ++i) {
    const onnx::GraphProto& graph = NodeReader(node).find(kBranches[i])->g();
    Body body = nested(around, NodeReader(node).name() + (i == 0 ? "/then/" : "/else/"));
    body.scope.guards.push_back({node.input(0), i == 0});
    add_initializers(graph, body);
    copy_graph(graph, body);
    for (const auto& output : graph.output())
      inputs.push_back(body.name(output.name()));
  }
  append_choice(node.name(), std::move(inputs), {node.output().begin(), node.output().end()}, around.scope);
}

void Flattener::add_shapes(const onnx::GraphProto& graph, const Body& body) {
  for (const auto* list : {&graph.input(), &graph.output(), &graph.value_info()})
    for (const onnx::ValueInfoProto& info : *list) {
      if (!info.type().has_tensor_type() || !info.type().tensor_type().has_shape())
        continue;
      const auto [at, is_new] = shapes_.try_emplace(body.name(info.name()));
      for (const auto& dim : info.type().tensor_type().shape().dim())
        if (is_new)
          at->second.push_back(dim.has_dim_value() ? dim.dim_value() : 0);
    }
  for (const onnx::TensorProto& weight : graph.initializer())
    shapes_[body.name(weight.name())] = {weight.dims().begin(), weight.dims().end()};
}

void Flattener::drop_flattened_mark(onnx::NodeProto& node) {
  auto& attributes = *node.mutable_attribute();
  for (int i = attributes.size(); i-- > 0;)
    if (attributes[i].name() == kFlattened)
      attributes.DeleteSubrange(i, 1);
}

void Flattener::add_initializers(const onnx::GraphProto& graph, Body& body) {
  FOVEA_CHECK(graph.sparse_initializer_size() == 0, "sparse weights are not supported");
  for (const onnx::TensorProto& weight : graph.initializer()) {
    copied_ += weight.ByteSizeLong();
    FOVEA_CHECK(copied_ <= max_copied_, "the branches of the model make more than {} bytes of weights",
                max_copied_);
    const std::string name = fresh(body.prefix + weight.name());
    body.names[weight.name()] = name;
    onnx::NodeProto constant = make_node("Constant", {}, {name});
    *add_attribute(constant, "value", onnx::AttributeProto::TENSOR).mutable_t() = weight;
    append(std::move(constant), body.scope);
  }
}

std::string if_why_not(const NodeReader& node, std::int64_t) {
  const onnx::NodeProto& proto = node.proto();
  if (node.has(kFlattened))
    return {};
  for (std::string_view name : kBranches) {
    if (!node.has(name))
      return fmt::format("attribute '{}' is missing", name);
    if (node.type_of(name) != onnx::AttributeProto::GRAPH)
      return fmt::format("attribute '{}': expected a graph", name);
    if (const int outputs = node.find(name)->g().output_size(); outputs != proto.output_size())
      return fmt::format("has {} outputs, but attribute '{}' has {}", proto.output_size(), name, outputs);
  }
  return proto.input_size() == 1 && !proto.input(0).empty() ? "" : "expected one input, the condition";
}

std::vector<NodeScope> flatten(onnx::ModelProto& model, std::int64_t opset,
                               const std::vector<std::shared_ptr<const CustomOperator>>& operators,
                               const std::string& path,
                               const std::vector<std::optional<std::string_view>>& raw) {
  std::vector<NodeScope> scopes = Flattener(model, operators, path, raw).run(opset);
  model.clear_functions();
  return scopes;
}

}  // namespace fovea::onnx_import
