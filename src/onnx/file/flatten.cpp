#include "onnx/file/flatten.hpp"

#include "base/check.hpp"
#include "onnx/file/file.hpp"
#include "onnx/file/functions.hpp"
#include "onnx/file/known_integers.hpp"
#include "onnx/file/node_reader.hpp"
#include "onnx/file/scan_form.hpp"
#include "onnx/import/custom_node.hpp"

#include <algorithm>
#include <array>
#include <unordered_map>
#include <unordered_set>

namespace fovea::onnx_import {
namespace {

constexpr int kMaxDepth = 64;
constexpr std::size_t kMaxNodes = std::size_t{1} << 18, kMaxCopiedBytes = std::size_t{64} << 20;
constexpr std::int64_t kMaxTrips = 1024;
constexpr std::size_t kMaxUnrolledBytes = std::size_t{16} << 20;  ///< of one Loop

/// The nodes of one body (the main graph, a function or a branch) and what their names mean.
struct Body {
  const Body* parent = nullptr;  ///< of a branch: where the names are looked up that it does not define
  std::unordered_map<std::string, std::string> names = {};
  std::string prefix = {};  ///< of new names
  Bindings bindings = {};   ///< the attributes of the function that all of this lies in
  NodeScope scope = {};
  int depth = 0;

  const std::string& name(const std::string& local) const {
    for (const Body* body = this; body; body = body->parent)
      if (const auto at = body->names.find(local); at != body->names.end())
        return at->second;
    return local;
  }
};

constexpr std::array<std::string_view, 2> kBranches = {"then_branch", "else_branch"};
/// The attribute of an If whose branches were taken out of it: it reads its condition and the results of
/// both.
constexpr std::string_view kFlattened = "fovea.flattened";

bool is_if(const onnx::NodeProto& node) {
  return NodeReader(node).in_default_domain() && node.op_type() == "If";
}

bool is_loop(const onnx::NodeProto& node) {
  return NodeReader(node).in_default_domain() && node.op_type() == "Loop";
}

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

bool is_scan(const onnx::NodeProto& node) {
  return NodeReader(node).in_default_domain() && node.op_type() == "Scan";
}

class Flattener {
public:
  Flattener(onnx::ModelProto& model, const std::vector<std::shared_ptr<const CustomOperator>>& operators,
            const std::string& path, const std::vector<std::optional<std::string_view>>& raw)
      : model_(model), functions_(model), operators_(operators), path_(path), raw_(raw),
        max_copied_(kMaxCopiedBytes + 2 * model.ByteSizeLong()) {}

  std::vector<NodeScope> run(std::int64_t opset) {
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

private:
  void collect_names(const onnx::GraphProto& graph) {
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

  /// A name that nothing has yet: the wanted one, with a number where it is taken.
  std::string fresh(const std::string& wanted) {
    if (used_.insert(wanted).second)
      return wanted;
    for (int& number = numbers_[wanted];;)
      if (const std::string name = fmt::format("{}_{}", wanted, ++number); used_.insert(name).second)
        return name;
  }

  void add(onnx::NodeProto&& node, const Body& body) {
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

  void append(onnx::NodeProto&& node, const NodeScope& scope) {
    FOVEA_CHECK(scopes_.size() < kMaxNodes, "the functions and branches of the model make more than {} nodes",
                kMaxNodes);
    integers_.add_node(node);
    *nodes_.Add() = std::move(node);
    scopes_.push_back(scope);
  }

  void copy_nodes(const google::protobuf::RepeatedPtrField<onnx::NodeProto>& nodes, const Body& body) {
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

  /// Gives new names to what the nodes write, where the body has none for it yet.
  void name_outputs(const google::protobuf::RepeatedPtrField<onnx::NodeProto>& nodes, Body& body) {
    for (const onnx::NodeProto& node : nodes)
      for (const std::string& output : node.output())
        if (!output.empty() && body.names.count(output) == 0)
          body.names[output] = fresh(body.prefix + output);
  }

  /// `node` is the call, with the names and attributes of the body that it lies in.
  void call(const onnx::NodeProto& node, const onnx::FunctionProto& function, const Body& around) {
    FOVEA_CHECK(node.input_size() <= function.input_size(), "the function takes {} inputs, but {} are given",
                function.input_size(), node.input_size());
    FOVEA_CHECK(node.output_size() <= function.output_size(),
                "the function has {} outputs, but {} are wanted", function.output_size(), node.output_size());
    Body body{.prefix = NodeReader(node).name() + "/",
              .bindings = bind_attributes(function, node),
              .scope = around.scope,
              .depth = around.depth + 1};
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

  static std::int64_t opset_of(const onnx::FunctionProto& function, std::int64_t otherwise) {
    for (const auto& entry : function.opset_import())
      if (entry.domain().empty() || entry.domain() == "ai.onnx") {
        FOVEA_CHECK(entry.version() >= kFirstOpset && entry.version() <= kLastOpset,
                    "the function's operator set is version {}, supported are {} to {}", entry.version(),
                    kFirstOpset, kLastOpset);
        return entry.version();
      }
    return otherwise;
  }

  static onnx::NodeProto make_node(const std::string& type, const std::vector<std::string>& inputs,
                                   const std::vector<std::string>& outputs) {
    onnx::NodeProto node;
    node.set_op_type(type);
    for (const std::string& input : inputs)
      node.add_input(input);
    for (const std::string& output : outputs)
      node.add_output(output);
    return node;
  }

  static onnx::AttributeProto& add_attribute(onnx::NodeProto& node, std::string_view name,
                                             onnx::AttributeProto::AttributeType type) {
    onnx::AttributeProto& attribute = *node.add_attribute();
    attribute.set_name(std::string(name));
    attribute.set_type(type);
    return attribute;
  }

  /// An If without branches: it reads its condition, the values of one case and those of the other.
  void append_choice(const std::string& name, std::vector<std::string> inputs,
                     const std::vector<std::string>& outputs, const NodeScope& scope) {
    onnx::NodeProto chosen = make_node("If", inputs, outputs);
    chosen.set_name(name);
    add_attribute(chosen, kFlattened, onnx::AttributeProto::INT);
    append(std::move(chosen), scope);
  }

  void add_if(onnx::NodeProto&& node, const Body& around) {
    std::vector<std::string> inputs = {node.input(0)};
    for (std::size_t i = 0; i < kBranches.size(); ++i) {
      const onnx::GraphProto& graph = NodeReader(node).find(kBranches[i])->g();
      Body body{.parent = &around,
                .prefix = NodeReader(node).name() + (i == 0 ? "/then/" : "/else/"),
                .bindings = around.bindings,
                .scope = around.scope,
                .depth = around.depth + 1};
      body.scope.guards.push_back({node.input(0), i == 0});
      add_initializers(graph, body);
      name_outputs(graph.node(), body);
      add_shapes(graph, body);
      copy_nodes(graph.node(), body);
      for (const auto& output : graph.output())
        inputs.push_back(body.name(output.name()));
    }
    append_choice(node.name(), std::move(inputs), {node.output().begin(), node.output().end()}, around.scope);
  }

  /// How many times a Loop runs at most, where it is one that can be unrolled.
  std::optional<std::int64_t> trips_of(const onnx::NodeProto& node) const {
    if (!is_loop(node) || !loop_fault(NodeReader(node)).empty())
      return std::nullopt;
    const auto trips = integers_.find(node.input(0));
    const bool fits = trips && *trips <= kMaxTrips &&
                      static_cast<std::size_t>(std::max<std::int64_t>(*trips, 0)) * node.ByteSizeLong() <=
                          kMaxUnrolledBytes;
    return fits ? trips : std::nullopt;
  }

  /// Puts the trips of a Loop one after the other. Its state is the condition, the carried values and, for
  /// each scanned output, the sequence of its values so far.
  void unroll(const onnx::NodeProto& node, std::int64_t trips, const Body& around) {
    const onnx::GraphProto& graph = NodeReader(node).find("body")->g();
    Body loop{.parent = &around,
              .prefix = NodeReader(node).name() + "/",
              .bindings = around.bindings,
              .scope = around.scope,
              .depth = around.depth + 1};
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

  /// The state behind one trip, which runs where the condition holds: else the state stays.
  std::vector<std::string> add_trip(const onnx::GraphProto& graph, std::int64_t trip,
                                    const std::vector<std::string>& state, const Body& loop) {
    Body body{.parent = &loop,
              .prefix = fmt::format("{}{}/", loop.prefix, trip),
              .bindings = loop.bindings,
              .scope = loop.scope,
              .depth = loop.depth};
    onnx::NodeProto number = make_node("Constant", {}, {fresh(body.prefix + graph.input(0).name())});
    add_attribute(number, "value_int", onnx::AttributeProto::INT).set_i(trip);
    body.names[graph.input(0).name()] = number.output(0);
    append(std::move(number), loop.scope);
    for (int i = 1; i < graph.input_size(); ++i)
      body.names[graph.input(i).name()] = state[static_cast<std::size_t>(i) - 1];
    body.scope.guards.push_back({state[0], true});
    name_outputs(graph.node(), body);
    add_shapes(graph, body);
    copy_nodes(graph.node(), body);
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

  /// Keeps the shapes that a graph declares for its values.
  void add_shapes(const onnx::GraphProto& graph, const Body& body) {
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

  /// The declared extent of an axis of a value; 0 where that is not known.
  std::int64_t extent_of(const std::string& value, std::int64_t axis) const {
    const auto at = shapes_.find(value);
    if (at == shapes_.end())
      return 0;
    const auto rank = static_cast<std::int64_t>(at->second.size());
    axis += axis < 0 ? rank : 0;
    return axis >= 0 && axis < rank ? at->second[static_cast<std::size_t>(axis)] : 0;
  }

  /// How many steps a Scan has, where it is one that can be unrolled.
  std::optional<std::int64_t> steps_of(const onnx::NodeProto& node, std::int64_t opset) const {
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

  /// Cuts a value into its slices along an axis, which must be `count`.
  std::vector<std::string> add_slices(const std::string& value, std::int64_t axis, std::int64_t count,
                                      const std::string& node_name, const Body& body) {
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

  /// Puts the steps of a Scan one after the other.
  void unroll_scan(const onnx::NodeProto& node, std::int64_t steps, const Body& around) {
    const ScanForm form = read_scan(NodeReader(node), around.scope.opset);
    const onnx::GraphProto& graph = NodeReader(node).find("body")->g();
    Body scan{.parent = &around,
              .prefix = NodeReader(node).name() + "/",
              .bindings = around.bindings,
              .scope = around.scope,
              .depth = around.depth + 1};
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
      Body body{.parent = &scan,
                .prefix = fmt::format("{}{}/", scan.prefix, step),
                .bindings = scan.bindings,
                .scope = scan.scope,
                .depth = scan.depth};
      for (int i = 0; i < graph.input_size(); ++i)
        body.names[graph.input(i).name()] =
            i < form.states
                ? states[static_cast<std::size_t>(i)]
                : slices[static_cast<std::size_t>(i - form.states)][static_cast<std::size_t>(step)];
      name_outputs(graph.node(), body);
      add_shapes(graph, body);
      copy_nodes(graph.node(), body);
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

  std::string add_truth(const Body& body) {
    const std::string name = fresh(body.prefix + "condition");
    onnx::NodeProto constant = make_node("Constant", {}, {name});
    onnx::TensorProto& value = *add_attribute(constant, "value", onnx::AttributeProto::TENSOR).mutable_t();
    value.set_data_type(onnx::TensorProto::BOOL);
    value.add_int32_data(1);
    append(std::move(constant), body.scope);
    return name;
  }

  /// A file may write anything, but only this pass says what is flattened.
  static void drop_flattened_mark(onnx::NodeProto& node) {
    auto& attributes = *node.mutable_attribute();
    for (int i = attributes.size(); i-- > 0;)
      if (attributes[i].name() == kFlattened)
        attributes.DeleteSubrange(i, 1);
  }

  void add_initializers(const onnx::GraphProto& graph, Body& body) {
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

  onnx::ModelProto& model_;
  FunctionTable functions_;
  const std::vector<std::shared_ptr<const CustomOperator>>& operators_;
  const std::string& path_;
  const std::vector<std::optional<std::string_view>>& raw_;
  KnownIntegers integers_;
  std::unordered_map<std::string, std::vector<std::int64_t>> shapes_;
  google::protobuf::RepeatedPtrField<onnx::NodeProto> nodes_;
  std::vector<NodeScope> scopes_;
  std::unordered_set<std::string> used_;
  std::unordered_map<std::string, int> numbers_;
  std::size_t copied_ = 0;
  std::size_t max_copied_;
};

}  // namespace

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

std::vector<NodeScope> flatten(onnx::ModelProto& model, std::int64_t opset,
                               const std::vector<std::shared_ptr<const CustomOperator>>& operators,
                               const std::string& path,
                               const std::vector<std::optional<std::string_view>>& raw) {
  std::vector<NodeScope> scopes = Flattener(model, operators, path, raw).run(opset);
  model.clear_functions();
  return scopes;
}

}  // namespace fovea::onnx_import
