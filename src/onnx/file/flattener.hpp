#pragma once

#include "base/check.hpp"
#include "onnx/file/flatten.hpp"
#include "onnx/file/functions.hpp"
#include "onnx/file/known_integers.hpp"
#include "onnx/file/node_reader.hpp"

#include <unordered_map>
#include <unordered_set>

namespace fovea::onnx_import {

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

/// Replaces functions, branches and loops by their nodes, one after the other: flatten.cpp has functions and
/// branches, unroll.cpp loops and scans.
class Flattener {
public:
  Flattener(onnx::ModelProto& model, const std::vector<std::shared_ptr<const CustomOperator>>& operators,
            const std::string& path, const std::vector<std::optional<std::string_view>>& raw);
  std::vector<NodeScope> run(std::int64_t opset);

private:
  void collect_names(const onnx::GraphProto& graph);

  /// A name that nothing has yet: the wanted one, with a number where it is taken.
  std::string fresh(const std::string& wanted);

  void add(onnx::NodeProto&& node, const Body& body);

  void append(onnx::NodeProto&& node, const NodeScope& scope);

  /// An empty body within `around`, which the names are looked up in that it does not define.
  static Body nested(const Body& around, std::string prefix) {
    return {.parent = &around,
            .prefix = std::move(prefix),
            .bindings = around.bindings,
            .scope = around.scope,
            .depth = around.depth + 1};
  }

  /// Appends the nodes of a graph, whose inputs the body names.
  void copy_graph(const onnx::GraphProto& graph, Body& body);

  void copy_nodes(const google::protobuf::RepeatedPtrField<onnx::NodeProto>& nodes, const Body& body);

  /// Gives new names to what the nodes write, where the body has none for it yet.
  void name_outputs(const google::protobuf::RepeatedPtrField<onnx::NodeProto>& nodes, Body& body);

  /// `node` is the call, with the names and attributes of the body that it lies in.
  void call(const onnx::NodeProto& node, const onnx::FunctionProto& function, const Body& around);

  static std::int64_t opset_of(const onnx::FunctionProto& function, std::int64_t otherwise);

  static onnx::NodeProto make_node(const std::string& type, const std::vector<std::string>& inputs,
                                   const std::vector<std::string>& outputs);

  static onnx::AttributeProto& add_attribute(onnx::NodeProto& node, std::string_view name,
                                             onnx::AttributeProto::AttributeType type);

  /// An If without branches: it reads its condition, the values of one case and those of the other.
  void append_choice(const std::string& name, std::vector<std::string> inputs,
                     const std::vector<std::string>& outputs, const NodeScope& scope);

  void add_if(onnx::NodeProto&& node, const Body& around);

  /// How many times a Loop runs at most, where it is one that can be unrolled.
  std::optional<std::int64_t> trips_of(const onnx::NodeProto& node) const;

  /// Puts the trips of a Loop one after the other. Its state is the condition, the carried values and, for
  /// each scanned output, the sequence of its values so far.
  void unroll(const onnx::NodeProto& node, std::int64_t trips, const Body& around);

  /// The state behind one trip, which runs where the condition holds: else the state stays.
  std::vector<std::string> add_trip(const onnx::GraphProto& graph, std::int64_t trip,
                                    const std::vector<std::string>& state, const Body& loop);

  /// Keeps the shapes that a graph declares for its values.
  void add_shapes(const onnx::GraphProto& graph, const Body& body);

  /// The declared extent of an axis of a value; 0 where that is not known.
  std::int64_t extent_of(const std::string& value, std::int64_t axis) const;

  /// How many steps a Scan has, where it is one that can be unrolled.
  std::optional<std::int64_t> steps_of(const onnx::NodeProto& node, std::int64_t opset) const;

  /// Cuts a value into its slices along an axis, which must be `count`.
  std::vector<std::string> add_slices(const std::string& value, std::int64_t axis, std::int64_t count,
                                      const std::string& node_name, const Body& body);

  /// Puts the steps of a Scan one after the other.
  void unroll_scan(const onnx::NodeProto& node, std::int64_t steps, const Body& around);

  std::string add_truth(const Body& body);

  /// A file may write anything, but only this pass says what is flattened.
  static void drop_flattened_mark(onnx::NodeProto& node);

  void add_initializers(const onnx::GraphProto& graph, Body& body);

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

bool is_loop(const onnx::NodeProto& node);
bool is_scan(const onnx::NodeProto& node);

}  // namespace fovea::onnx_import
