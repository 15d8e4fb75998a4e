#include "onnx/import.hpp"

#include "onnx/contents.hpp"
#include "onnx/custom_node.hpp"
#include "onnx/input_shapes.hpp"
#include "onnx/tensor_proto.hpp"
#include "onnx/translate.hpp"
#include "ops/transpose.hpp"

#include <onnx/onnx_pb.h>

#include <new>
#include <stdexcept>
#include <unordered_map>

namespace fovea::onnx_import {
namespace {

void check_supported(const OnnxFile& file) {
  const auto& nodes = file.unsupported_nodes;
  if (nodes.empty())
    return;
  std::vector<std::string> parts;
  for (const UnsupportedNode& node : nodes)
    parts.push_back(fmt::format("'{}' ({}): {}", node.node, node.operator_name, node.reason));
  throw ModelError(fmt::format("{} {} unsupported operators: {}", nodes.size(),
                               nodes.size() == 1 ? "node uses" : "nodes use", fmt::join(parts, ", ")),
                   {.path = file.path,
                    .node = nodes.size() == 1 ? nodes.front().node : std::string(),
                    .operator_name = nodes.size() == 1 ? nodes.front().operator_name : std::string()});
}

/// One import: the growing graph and which of its values every ONNX name stands for.
class Importer {
public:
  Importer(const OnnxFile& file, const ImportOptions& options)
      : file_(file), options_(options), budget_(file.max_memory), folder_(graph_, budget_) {}

  ir::Graph run() {
    add_inputs();
    const onnx::GraphProto& graph = file_.contents().model->graph();
    for (int n : file_.contents().order) {
      const NodeReader node(graph.node(n), &file_.contents().read);
      try {
        add_node(node);
      } catch (const InputError& error) {
        throw ModelError(error.what(),
                         {.path = file_.path, .node = node.name(), .operator_name = node.operator_name()});
      } catch (const std::bad_alloc&) {
        throw_no_memory(node);
      } catch (const std::length_error&) {
        throw_no_memory(node);
      }
    }
    for (const ModelPort& port : file_.outputs)
      graph_.add_output(value_of(port.name), port.name);
    folder_.finish();
    return std::move(graph_);
  }

private:
  [[noreturn]] void throw_no_memory(const NodeReader& node) const {
    throw ModelError("there is not enough memory to import it",
                     {.path = file_.path, .node = node.name(), .operator_name = node.operator_name()});
  }

  void add_inputs() {
    const InputShapes resolved = resolve_input_shapes(file_, options_);
    rebatch_ = resolved.rebatch;
    for (std::size_t i = 0; i < file_.inputs.size(); ++i) {
      const std::string& name = file_.inputs[i].name;
      const std::optional<DType> stored = stored_type(file_.contents().input_types[i]);
      FOVEA_CHECK(stored, "the input '{}' has the element type {}, which is not supported", name,
                  file_.inputs[i].element_type);
      const DType dtype = is_floating(*stored) ? options_.floating : *stored;
      const bool transposed = options_.channels_last == ImportOptions::ChannelsLast::Transpose &&
                              i == resolved.picture &&
                              picture_layout(file_.inputs[i]) == PictureLayout::ChannelsLast;
      values_[name] = transposed ? add_channels_last(name, {dtype, resolved.shapes[i]})
                                 : graph_.add_input(name, {dtype, resolved.shapes[i]});
    }
  }

  /// An input of [N,C,H,W]; the value of [N,H,W,C] that the file's nodes read.
  ir::ValueId add_channels_last(const std::string& name, const ir::TensorType& type) {
    const Shape& s = type.shape;
    FOVEA_CHECK(s.rank() == 4, "the input '{}' is a picture, but given as {}", name, to_string(s));
    const ir::ValueId input = graph_.add_input(name, {type.dtype, {s[0], s[3], s[1], s[2]}});
    return graph_.add(ops::transpose(), ops::TransposeAttributes{.perm = {0, 2, 3, 1}}, {input},
                      name + "/channels_last");
  }

  /// The value of that ONNX name; weights enter the graph when first read.
  ir::ValueId value_of(const std::string& name) {
    const auto known = values_.find(name);
    if (known != values_.end())
      return known->second;
    const auto weight = file_.contents().weights.find(name);
    FOVEA_CHECK(weight != file_.contents().weights.end(), "the value '{}' is not computed by its node", name);
    const Tensor tensor = weight->second.tensor(pool_);
    const ir::ValueId id =
        graph_.add_constant(name, is_floating(tensor.dtype()) ? tensor.cast(options_.floating) : tensor);
    values_[name] = id;
    return id;
  }

  void add_node(const NodeReader& node) {
    std::vector<ir::ValueId> inputs;
    std::vector<int> types;
    for (const std::string& input : node.proto().input()) {
      inputs.push_back(input.empty() ? ir::kNoValue : value_of(input));
      const auto type = file_.contents().element_types.find(input);
      types.push_back(type == file_.contents().element_types.end() ? 0 : type->second);
    }
    const auto first_new = static_cast<ir::ValueId>(graph_.values().size());
    folder_.begin_node({.path = file_.path, .node = node.name(), .operator_name = node.operator_name()});
    TranslateContext context(graph_, folder_, budget_, node, std::move(inputs), std::move(types), file_.opset,
                             options_, rebatch_);
    if (const auto functions = find_custom(file_.contents().operators, node))
      translate_custom(context, functions, file_.path);
    else
      find_translation(node.proto().op_type())->translate(context);
    for (int i = 0; i < node.proto().output_size(); ++i) {
      const std::string& name = node.proto().output(i);
      const auto index = static_cast<std::size_t>(i);
      if (name.empty() || index >= context.outputs().size() || context.outputs()[index] == ir::kNoValue)
        continue;  // an output that nobody translated is an error when it is read
      const ir::ValueId id = context.outputs()[index];
      values_[name] = id;
      if (id >= first_new)
        graph_.rename(id, name);
    }
  }

  const OnnxFile& file_;
  const ImportOptions& options_;
  ir::Graph graph_;
  MemoryBudget budget_;
  ConstantFolder folder_;
  TensorPool pool_;
  Rebatch rebatch_;
  std::unordered_map<std::string, ir::ValueId> values_;
};

}  // namespace

ir::Graph import_graph(const OnnxFile& file, const ImportOptions& options) {
  check_supported(file);
  file.check_unchanged();
  FOVEA_ASSERT(is_floating(options.floating));
  ir::Graph graph;
  try {
    graph = Importer(file, options).run();
  } catch (const InputError& error) {
    throw ModelError(error.what(), {.path = file.path, .node = {}, .operator_name = {}});
  } catch (const std::bad_alloc&) {
    throw ModelError("there is not enough memory to import it",
                     {.path = file.path, .node = {}, .operator_name = {}});
  }
  ir::verify(graph, "import");
  return graph;
}

}  // namespace fovea::onnx_import
