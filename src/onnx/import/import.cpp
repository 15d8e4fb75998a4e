#include "onnx/import/import.hpp"

#include "onnx/file/contents.hpp"
#include "onnx/file/node_outputs.hpp"
#include "onnx/file/tensor_proto.hpp"
#include "onnx/import/custom_node.hpp"
#include "onnx/import/input_shapes.hpp"
#include "onnx/import/needs.hpp"
#include "onnx/import/picture_form.hpp"
#include "onnx/import/translate.hpp"

#include <onnx/onnx_pb.h>

#include <algorithm>
#include <new>
#include <stdexcept>
#include <unordered_map>

namespace fovea::onnx_import {
namespace {

/// One import: the growing graph and which of its values every ONNX name stands for.
class Importer {
public:
  Importer(const OnnxFile& file, const ImportOptions& options, const Needs& needs)
      : file_(file), options_(options), needs_(needs), budget_(file.max_memory), folder_(graph_, budget_) {}

  /// The graph with those values as its outputs, under the names given beside them.
  ir::Graph run(const std::vector<std::string>& values, const std::vector<std::string>& names) {
    add_inputs();
    const onnx::GraphProto& graph = file_.contents().model->graph();
    for (int n : needs_.order) {
      const NodeReader node(graph.node(n), &needs_.read);
      try {
        if (runs(n))
          add_node(node, file_.contents().scopes[static_cast<std::size_t>(n)]);
      } catch (const InputError& error) {
        throw ModelError(error.what(),
                         {.path = file_.path, .node = node.name(), .operator_name = node.operator_name()});
      } catch (const std::bad_alloc&) {
        throw_no_memory(node);
      } catch (const std::length_error&) {
        throw_no_memory(node);
      }
    }
    for (std::size_t i = 0; i < values.size(); ++i)
      graph_.add_output(value_of(values[i]), names[i]);
    folder_.finish();
    return std::move(graph_);
  }

private:
  [[noreturn]] void throw_no_memory(const NodeReader& node) const {
    throw ModelError("there is not enough memory to import it",
                     {.path = file_.path, .node = node.name(), .operator_name = node.operator_name()});
  }

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
    FOVEA_CHECK(sequences_.count(name) == 0, "'{}' is a sequence, not a tensor", name);
    const auto known = values_.find(name);
    if (known != values_.end())
      return known->second;
    if (const auto fault = file_.contents().faults.find(name); fault != file_.contents().faults.end())
      throw ModelError(fault->second);
    const auto weight = file_.contents().weights.find(name);
    FOVEA_CHECK(weight != file_.contents().weights.end(), "the value '{}' is not computed by its node", name);
    const Tensor tensor = weight->second.tensor(pool_);
    const ir::ValueId id =
        graph_.add_constant(name, is_floating(tensor.dtype()) ? tensor.cast(options_.floating) : tensor);
    values_[name] = id;
    return id;
  }

  /// The condition of an If; none if it is computed from the inputs.
  std::optional<bool> condition(const std::string& name) {
    const ir::ValueId id = value_of(name);
    if (!graph_.is_constant(id) || graph_.shape(id).elements() != 1)
      return std::nullopt;
    return folder_.elements(id).cast(DType::F64).data<double>()[0] != 0;
  }

  /// Whether all branches that a node lies in are chosen.
  bool runs(int n) {
    const auto& guards = file_.contents().scopes[static_cast<std::size_t>(n)].guards;
    return std::all_of(guards.begin(), guards.end(),
                       [&](const Guard& guard) { return condition(guard.condition) == guard.wanted; });
  }

  /// The names of the values that a node reads: of an If, the results of the branch that is chosen.
  std::vector<std::string> inputs_of(const NodeReader& node) {
    std::vector<std::string> names(node.proto().input().begin(), node.proto().input().end());
    if (node.operator_name() != "If" || find_custom(file_.contents().operators, node))
      return names;
    const auto chosen = condition(names.front());
    FOVEA_CHECK(chosen, "its condition '{}' must be one value that is known when the model is compiled",
                names.front());
    const auto half = static_cast<std::ptrdiff_t>(names.size() / 2);
    return *chosen ? std::vector<std::string>(names.begin() + 1, names.begin() + 1 + half)
                   : std::vector<std::string>(names.begin() + 1 + half, names.end());
  }

  void add_node(const NodeReader& node, const NodeScope& scope) {
    if (!scope.guards.empty())  // the others were looked at together
      if (const std::string reason = why_unsupported(node, file_.contents(), scope.opset); !reason.empty())
        throw InputError(reason);
    std::vector<ir::ValueId> inputs;
    std::map<int, Sequence> sequences;
    std::vector<int> types;
    for (const std::string& input : inputs_of(node)) {
      const auto sequence = sequences_.find(input);
      if (sequence != sequences_.end())
        sequences.emplace(static_cast<int>(inputs.size()), sequence->second);
      inputs.push_back(input.empty() || sequence != sequences_.end() ? ir::kNoValue : value_of(input));
      const auto type = file_.contents().element_types.find(input);
      types.push_back(type == file_.contents().element_types.end() ? 0 : type->second);
    }
    const auto first_new = static_cast<ir::ValueId>(graph_.values().size());
    folder_.begin_node({.path = file_.path, .node = node.name(), .operator_name = node.operator_name()});
    TranslateContext context(graph_, folder_, budget_, node, std::move(inputs), std::move(types), scope.opset,
                             options_, rebatch_, std::move(sequences));
    if (const auto functions = find_custom(file_.contents().operators, node))
      translate_custom(context, functions, file_.path);
    else
      find_translation(node.proto().op_type(), node.proto().domain())->translate(context);
    for (const auto& [i, tensors] : context.sequence_outputs())
      if (i < node.proto().output_size())
        sequences_[node.proto().output(i)] = tensors;
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
  MemoryBudget budget_;
  ConstantFolder folder_;
  TensorPool pool_;
  Rebatch rebatch_;
  std::unordered_map<std::string, ir::ValueId> values_;
  std::unordered_map<std::string, Sequence> sequences_;
};

}  // namespace

std::variant<ir::Graph, ModelError> try_import_graph(const OnnxFile& file, const ImportOptions& options) {
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
  } catch (const ModelError& error) {
    return error;
  } catch (const InputError& error) {
    return ModelError(error.what(), {.path = file.path, .node = {}, .operator_name = {}});
  } catch (const std::bad_alloc&) {
    return ModelError("there is not enough memory to import it",
                      {.path = file.path, .node = {}, .operator_name = {}});
  }
  ir::verify(graph, "import");
  return graph;
}

ir::Graph import_graph(const OnnxFile& file, const ImportOptions& options) {
  auto result = try_import_graph(file, options);
  if (const auto* error = std::get_if<ModelError>(&result))
    throw ModelError(*error);
  return std::get<ir::Graph>(std::move(result));
}

}  // namespace fovea::onnx_import
