#include "onnx/file/flattener.hpp"
#include "onnx/file/scan_form.hpp"

#include <algorithm>

namespace fovea::onnx_import {
namespace {

constexpr std::int64_t kMaxTrips = 1024;
constexpr std::size_t kMaxUnrolledBytes = std::size_t{16} << 20;  ///< of one Loop

/// What is wrong with a Loop whatever its trip count is; empty when nothing is.
std::string loop_fault(const NodeReader& node) {
  const onnx::NodeProto& proto = node.proto();
  if (!node.has("body") || node.type_of("body") != onnx::AttributeProto::GRAPH)
    return "attribute 'body': expected a graph";
  const onnx::GraphProto& body = node.find("body")->g();
  if (proto.input_size() < 2 || body.input_size() != proto.input_size())
    return fmt::format("has {} inputs, but attribute 'body' has {}", proto.input_size(), body.input_size());
  if (body.output_size() != proto.output_size() + 1 || body.output_size() < body.input_size() - 1)
    return fmt::format("has {} inputs and {} outputs, but attribute 'body' has {} outputs",
                       proto.input_size(), proto.output_size(), body.output_size());
  return std::any_of(proto.input().begin() + 2, proto.input().end(),
                     [](const std::string& name) { return name.empty(); })
             ? "an initial value is missing"
             : "";
}

}  // namespace

bool is_loop(const onnx::NodeProto& node) {
  return NodeReader(node).in_default_domain() && node.op_type() == "Loop";
}

bool is_scan(const onnx::NodeProto& node) {
  return NodeReader(node).in_default_domain() && node.op_type() == "Scan";
}

std::optional<std::int64_t> Flattener::trips_of(const onnx::NodeProto& node) const {
  if (!is_loop(node) || !loop_fault(NodeReader(node)).empty())
    return std::nullopt;
  const auto trips = integers_.find(node.input(0));
  const bool fits =
      trips && *trips <= kMaxTrips &&
      static_cast<std::size_t>(std::max<std::int64_t>(*trips, 0)) * node.ByteSizeLong() <= kMaxUnrolledBytes;
  return fits ? trips : std::nullopt;
}

void Flattener::unroll(const onnx::NodeProto& node, std::int64_t trips, const Body& around) {
  const onnx::GraphProto& graph = NodeReader(node).find("body")->g();
  Body loop = nested(around, NodeReader(node).name() + "/");
  add_initializers(graph, loop);
  std::vector<std::string> state = {node.input(1).empty() ? add_truth(loop) : node.input(1)};
  state.insert(state.end(), node.input().begin() + 2, node.input().end());
  const auto first_scanned = static_cast<int>(state.size()) - 1;
  for (int i = first_scanned; i < node.output_size(); ++i) {
    state.push_back(fresh(loop.prefix + "scanned"));
    append(make_node("SequenceEmpty", {}, {state.back()}), loop.scope);
  }
  for (std::int64_t trip = 0; trip < trips; ++trip)
    state = add_trip(graph, trip, state, loop);
  for (int i = 0; i < node.output_size(); ++i) {
    if (node.output(i).empty())
      continue;
    onnx::NodeProto result = make_node(i < first_scanned ? "Identity" : "ConcatFromSequence",
                                       {state[static_cast<std::size_t>(i) + 1]}, {node.output(i)});
    result.set_name(node.name());
    if (i >= first_scanned) {
      add_attribute(result, "axis", onnx::AttributeProto::INT).set_i(0);
      add_attribute(result, "new_axis", onnx::AttributeProto::INT).set_i(1);
    }
    append(std::move(result), around.scope);
  }
}

std::vector<std::string> Flattener::add_trip(const onnx::GraphProto& graph, std::int64_t trip,
                                             const std::vector<std::string>& state, const Body& loop) {
  Body body = nested(loop, fmt::format("{}{}/", loop.prefix, trip));
  body.depth = loop.depth;  // a trip is as deep as its loop
  onnx::NodeProto number = make_node("Constant", {}, {fresh(body.prefix + graph.input(0).name())});
  add_attribute(number, "value_int", onnx::AttributeProto::INT).set_i(trip);
  body.names[graph.input(0).name()] = number.output(0);
  append(std::move(number), loop.scope);
  for (int i = 1; i < graph.input_size(); ++i)
    body.names[graph.input(i).name()] = state[static_cast<std::size_t>(i) - 1];
  body.scope.guards.push_back({state[0], true});
  copy_graph(graph, body);
  std::vector<std::string> inputs = {state[0]}, outputs;
  for (int i = 0; i < graph.output_size(); ++i) {
    inputs.push_back(body.name(graph.output(i).name()));
    if (i + 1 >= graph.input_size()) {
      const std::string longer = fresh(body.prefix + "scanned");
      append(make_node("SequenceInsert", {state[static_cast<std::size_t>(i)], inputs.back()}, {longer}),
             body.scope);
      inputs.back() = longer;
    }
    outputs.push_back(fresh(body.prefix + "state"));
  }
  inputs.insert(inputs.end(), state.begin(), state.end());
  append_choice(fmt::format("{}{}", loop.prefix, trip), std::move(inputs), outputs, loop.scope);
  return outputs;
}

std::int64_t Flattener::extent_of(const std::string& value, std::int64_t axis) const {
  const auto at = shapes_.find(value);
  if (at == shapes_.end())
    return 0;
  const auto rank = static_cast<std::int64_t>(at->second.size());
  axis += axis < 0 ? rank : 0;
  return axis >= 0 && axis < rank ? at->second[static_cast<std::size_t>(axis)] : 0;
}

std::optional<std::int64_t> Flattener::steps_of(const onnx::NodeProto& node, std::int64_t opset) const {
  if (!is_scan(node) || !scan_fault(NodeReader(node), opset).empty())
    return std::nullopt;
  const ScanForm form = read_scan(NodeReader(node), opset);
  std::int64_t steps = 0;
  for (std::size_t i = 0; i < form.input_axes.size() && steps <= 0; ++i)
    steps = extent_of(node.input(form.states + static_cast<int>(i)), form.input_axes[i]);
  for (int i = form.states; i < node.output_size() && steps <= 0; ++i)
    steps = extent_of(node.output(i), form.output_axes[static_cast<std::size_t>(i - form.states)]);
  const bool fits = steps >= 1 && steps <= kMaxTrips &&
                    static_cast<std::size_t>(steps) * node.ByteSizeLong() <= kMaxUnrolledBytes;
  return fits ? std::optional(steps) : std::nullopt;
}

std::vector<std::string> Flattener::add_slices(const std::string& value, std::int64_t axis,
                                               std::int64_t count, const std::string& node_name,
                                               const Body& body) {
  std::vector<std::string> parts, slices;
  for (std::int64_t i = 0; i < count; ++i)
    parts.push_back(fresh(body.prefix + "part"));
  onnx::NodeProto split = make_node("Split", {value}, parts);
  split.set_name(node_name);
  add_attribute(split, "axis", onnx::AttributeProto::INT).set_i(axis);
  auto& sizes = add_attribute(split, "split", onnx::AttributeProto::INTS);
  NodeScope scope = body.scope;
  scope.opset = 11;  // sizes and axes are attributes
  for (std::int64_t i = 0; i < count; ++i)
    sizes.add_ints(1);
  append(std::move(split), scope);
  for (const std::string& part : parts) {
    slices.push_back(fresh(body.prefix + "slice"));
    onnx::NodeProto squeeze = make_node("Squeeze", {part}, {slices.back()});
    add_attribute(squeeze, "axes", onnx::AttributeProto::INTS).add_ints(axis);
    append(std::move(squeeze), scope);
  }
  return slices;
}

void Flattener::unroll_scan(const onnx::NodeProto& node, std::int64_t steps, const Body& around) {
  const ScanForm form = read_scan(NodeReader(node), around.scope.opset);
  const onnx::GraphProto& graph = NodeReader(node).find("body")->g();
  Body scan = nested(around, NodeReader(node).name() + "/");
  add_initializers(graph, scan);
  std::vector<std::string> states(node.input().begin(), node.input().begin() + form.states);
  std::vector<std::vector<std::string>> slices;
  for (std::size_t i = 0; i < form.input_axes.size(); ++i) {
    slices.push_back(add_slices(node.input(form.states + static_cast<int>(i)), form.input_axes[i], steps,
                                node.name(), scan));
    if (form.input_directions[i] == 1)
      std::reverse(slices.back().begin(), slices.back().end());
  }
  std::vector<std::vector<std::string>> results(form.output_axes.size());
  for (std::int64_t step = 0; step < steps; ++step) {
    Body body = nested(scan, fmt::format("{}{}/", scan.prefix, step));
    body.depth = scan.depth;
    for (int i = 0; i < graph.input_size(); ++i)
      body.names[graph.input(i).name()] =
          i < form.states ? states[static_cast<std::size_t>(i)]
                          : slices[static_cast<std::size_t>(i - form.states)][static_cast<std::size_t>(step)];
    copy_graph(graph, body);
    for (int i = 0; i < graph.output_size(); ++i) {
      const std::string& value = body.name(graph.output(i).name());
      (i < form.states ? states[static_cast<std::size_t>(i)]
                       : results[static_cast<std::size_t>(i - form.states)].emplace_back()) = value;
    }
  }
  for (int i = 0; i < node.output_size(); ++i) {
    if (node.output(i).empty())
      continue;
    const auto at = static_cast<std::size_t>(i < form.states ? i : i - form.states);
    onnx::NodeProto result;
    if (i < form.states) {
      result = make_node("Identity", {states[at]}, {node.output(i)});
    } else {
      if (form.output_directions[at] == 1)
        std::reverse(results[at].begin(), results[at].end());
      const std::string list = fresh(scan.prefix + "scanned");
      append(make_node("SequenceConstruct", results[at], {list}), scan.scope);
      result = make_node("ConcatFromSequence", {list}, {node.output(i)});
      add_attribute(result, "axis", onnx::AttributeProto::INT).set_i(form.output_axes[at]);
      add_attribute(result, "new_axis", onnx::AttributeProto::INT).set_i(1);
    }
    result.set_name(node.name());
    append(std::move(result), around.scope);
  }
}

std::string Flattener::add_truth(const Body& body) {
  const std::string name = fresh(body.prefix + "condition");
  onnx::NodeProto constant = make_node("Constant", {}, {name});
  onnx::TensorProto& value = *add_attribute(constant, "value", onnx::AttributeProto::TENSOR).mutable_t();
  value.set_data_type(onnx::TensorProto::BOOL);
  value.add_int32_data(1);
  append(std::move(constant), body.scope);
  return name;
}

std::string loop_why_not(const NodeReader& node) {
  const std::string fault = loop_fault(node);
  return !fault.empty()
             ? fault
             : fmt::format("a Loop is unrolled where its trip count is a weight or a constant of at "
                           "most {} and the trips make at most {} MiB of nodes",
                           kMaxTrips, kMaxUnrolledBytes >> 20);
}

std::string scan_why_not(const NodeReader& node, std::int64_t opset) {
  const std::string fault = scan_fault(node, opset);
  return !fault.empty()
             ? fault
             : fmt::format("a Scan is unrolled where the file declares the extent of an axis that it "
                           "scans, at most {}, and the steps make at most {} MiB of nodes",
                           kMaxTrips, kMaxUnrolledBytes >> 20);
}

}  // namespace fovea::onnx_import
