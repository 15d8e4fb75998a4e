#include "onnx/import.hpp"

#include "onnx/contents.hpp"
#include "onnx/custom_node.hpp"
#include "onnx/input_shapes.hpp"
#include "onnx/needs.hpp"
#include "onnx/node_outputs.hpp"
#include "onnx/picture_form.hpp"
#include "onnx/tensor_proto.hpp"
#include "onnx/translate.hpp"

#include <onnx/onnx_pb.h>

#include <unordered_map>

namespace fovea::onnx_import {
namespace {

/// One import: the growing graph and which of its values every ONNX name stands for.
class Importer {
public:
  Importer(const OnnxFile& file, const ImportOptions& options, const Needs& needs)
      : file_(file), options_(options), needs_(needs) {}

  /// The graph with those values as its outputs, under the names given beside them.
  ir::Graph run(const std::vector<std::string>& values, const std::vector<std::string>& names) {
    add_inputs();
    const onnx::GraphProto& graph = file_.contents().model->graph();
    for (int n : needs_.order) {
      const NodeReader node(graph.node(n), &needs_.read);
      try {
        add_node(node);
      } catch (const InputError& error) {
        throw ModelError(error.what(),
                         {.path = file_.path, .node = node.name(), .operator_name = node.operator_name()});
      }
    }
    for (std::size_t i = 0; i < values.size(); ++i)
      graph_.add_output(value_of(values[i]), names[i]);
    return std::move(graph_);
  }

private:
  void add_inputs() {
    const InputShapes resolved = resolve_input_shapes(file_, options_, needs_.inputs);
    rebatch_ = resolved.rebatch;
    for (std::size_t i = 0; i < file_.inputs.size(); ++i) {
      const bool is_picture = i == resolved.picture;
      if (!needs_.inputs[i] && !is_picture)
        continue;
      const std::string& name = file_.inputs[i].name;
      const ir::TensorType type{input_type(i, is_picture), resolved.shapes[i]};
      const PictureForm* form = is_picture && options_.picture == ImportOptions::Picture::Canonical
                                    ? file_.picture_form(i)
                                    : nullptr;
      values_[name] = form ? add_canonical_picture(graph_, *form, name, type) : graph_.add_input(name, type);
    }
  }

  /// The element type in the graph. Floating where the file gives none.
  DType input_type(std::size_t i, bool is_picture) const {
    const int type = file_.contents().input_types[i];
    const std::optional<DType> stored = type == 0 ? DType::F32 : stored_type(type);
    FOVEA_CHECK(stored, "the input '{}' has the element type {}, which is not supported",
                file_.inputs[i].name, file_.inputs[i].element_type);
    const bool floats =
        is_floating(*stored) || (*stored == DType::I64 && is_picture && options_.floating_picture);
    return floats ? options_.floating : *stored;
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
    TranslateContext context(graph_, node, std::move(inputs), std::move(types), file_.opset, options_,
                             rebatch_);
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
  const Needs& needs_;
  ir::Graph graph_;
  TensorPool pool_;
  Rebatch rebatch_;
  std::unordered_map<std::string, ir::ValueId> values_;
};

}  // namespace

ir::Graph import_graph(const OnnxFile& file, const ImportOptions& options) {
  std::vector<std::string> names = options.wanted, values;
  if (names.empty())
    for (const ModelPort& output : file.outputs)
      names.push_back(output.name);
  FOVEA_ASSERT(is_floating(options.floating));
  ir::Graph graph;
  try {
    for (const std::string& name : names)
      values.push_back(value_named(file, name));
    const Needs needs = find_needs(file, values);
    needs.check(file.path);
    file.check_unchanged();
    graph = Importer(file, options, needs).run(values, names);
  } catch (const InputError& error) {
    throw ModelError(error.what(), {.path = file.path, .node = {}, .operator_name = {}});
  }
  ir::verify(graph, "import");
  return graph;
}

}  // namespace fovea::onnx_import
