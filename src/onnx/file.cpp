#include "onnx/file.hpp"

#include "base/check.hpp"
#include "onnx/constant_node.hpp"
#include "onnx/contents.hpp"
#include "onnx/custom_node.hpp"
#include "onnx/execution_order.hpp"
#include "onnx/external_data.hpp"
#include "onnx/node_reader.hpp"
#include "onnx/parse.hpp"
#include "onnx/tensor_proto.hpp"
#include "onnx/translate.hpp"

#include <onnx/onnx_pb.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <new>
#include <stdexcept>

namespace fovea::onnx_import {
namespace {

std::int64_t default_opset(const onnx::ModelProto& model) {
  for (const auto& entry : model.opset_import())
    if (entry.domain().empty() || entry.domain() == "ai.onnx") {
      FOVEA_CHECK(entry.version() >= kFirstOpset && entry.version() <= kLastOpset,
                  "its operator set is version {}, supported are {} to {}", entry.version(), kFirstOpset,
                  kLastOpset);
      return entry.version();
    }
  throw InputError("it names no version of the ONNX operator set");
}

ModelPort read_port(const onnx::ValueInfoProto& info, const char* kind) {
  FOVEA_CHECK(!info.name().empty(), "an {} has no name", kind);
  FOVEA_CHECK(info.type().has_tensor_type(), "the {} '{}' is not a tensor", kind, info.name());
  const auto& type = info.type().tensor_type();
  ModelPort port{info.name(), type_name(type.elem_type()), {}, {}};
  std::vector<std::int64_t> known;
  for (const auto& dim : type.shape().dim()) {
    port.dims.push_back(dim.has_dim_value() ? dim.dim_value() : -1);
    port.symbols.push_back(dim.dim_param());
    if (dim.has_dim_value())
      known.push_back(dim.dim_value());
  }
  checked_shape(known, fmt::format("the {} '{}'", kind, info.name()));
  return port;
}

/// Takes the initializers out of the messages; large ones stay in the file.
void take_weights(OnnxFile& file, OnnxFile::Contents& contents, ParsedModel& parsed,
                  ExternalFiles& external) {
  onnx::GraphProto& graph = *parsed.model->mutable_graph();
  FOVEA_CHECK(graph.sparse_initializer_size() == 0, "sparse weights are not supported");
  for (int i = 0; i < graph.initializer_size(); ++i) {
    onnx::TensorProto& message = *graph.mutable_initializer(i);
    FOVEA_CHECK(!message.name().empty(), "a weight has no name");
    std::optional<FileBytes> raw;
    if (const auto& bytes = parsed.raw[static_cast<std::size_t>(i)])
      raw = FileBytes{parsed.file, *bytes};
    StoredTensor tensor = read_tensor(message, raw, external);
    if (is_floating(tensor.dtype()))
      file.parameters += tensor.elements();
    contents.element_types[message.name()] = message.data_type();
    const bool inserted = contents.weights.emplace(message.name(), std::move(tensor)).second;
    FOVEA_CHECK(inserted, "two weights are called '{}'", message.name());
    const std::string name = message.name();
    message.Clear();
    message.set_name(name);
  }
}

void read_ports(OnnxFile& file, OnnxFile::Contents& contents, const onnx::GraphProto& graph) {
  std::set<std::string> names;
  for (const auto& info : graph.input()) {
    if (contents.weights.count(info.name()) > 0)
      continue;
    file.inputs.push_back(read_port(info, "input"));
    FOVEA_CHECK(names.insert(info.name()).second, "two inputs are called '{}'", info.name());
    const auto& type = info.type().tensor_type();
    contents.input_types.push_back(type.elem_type());
    contents.element_types[info.name()] = type.elem_type();
    if (!type.has_shape())
      contents.inputs_without_shape.insert(info.name());
  }
  FOVEA_CHECK(graph.output_size() > 0, "the graph has no outputs");
  for (const auto& info : graph.output())
    file.outputs.push_back(read_port(info, "output"));
}

/// Why fovea cannot run a node; empty when it can.
std::string why_not(const NodeReader& node, const OnnxFile::Contents& contents, std::int64_t opset) {
  if (const auto functions = find_custom(contents.operators, node))
    return custom_why_not(node, *functions);
  if (!node.in_default_domain())
    return fmt::format("the domain '{}' is not supported", node.proto().domain());
  if (node.has_subgraph())
    return "operators with a subgraph are not supported";
  const Translation* translation = find_translation(node.proto().op_type());
  if (!translation)
    return "the operator is not supported";
  return translation->why_not ? translation->why_not(node, opset) : std::string();
}

ModelLocation location_of(const OnnxFile& file, const NodeReader& node) {
  return {.path = file.path, .node = node.name(), .operator_name = node.operator_name()};
}

void check_nodes(OnnxFile& file, OnnxFile::Contents& contents, const onnx::GraphProto& graph,
                 ExternalFiles& external) {
  std::map<std::string, std::int64_t> counts;
  std::vector<int> order;
  for (int n : contents.order) {
    const NodeReader node(graph.node(n), &contents.read);
    try {
      ++counts[node.operator_name()];
      FOVEA_CHECK(node.proto().output_size() > 0, "has no outputs");
      if (const std::string reason = why_not(node, contents, file.opset); !reason.empty())
        file.unsupported_nodes.push_back({node.name(), node.operator_name(), reason});
      if (node.operator_name() == "Cast")
        contents.element_types[node.proto().output(0)] = static_cast<int>(node.integer("to", 0));
      if (node.operator_name() != "Constant") {
        order.push_back(n);
      } else if (std::optional<StoredTensor> tensor = read_constant(node, external)) {
        if (is_floating(tensor->dtype()) && tensor->shape().rank() > 0)
          file.parameters += tensor->elements();
        if (const auto* value = node.find("value"))
          contents.element_types[node.proto().output(0)] = value->t().data_type();
        contents.weights.emplace(node.proto().output(0), std::move(*tensor));
      }
    } catch (const InputError& error) {
      throw ModelError(error.what(), location_of(file, node));
    }
  }
  contents.order = std::move(order);
  file.operator_counts.assign(counts.begin(), counts.end());
}

void fill(OnnxFile& file, OnnxFile::Contents& contents, ParsedModel& parsed) {
  ExternalFiles external(std::filesystem::path(file.path).parent_path());
  const onnx::ModelProto& model = *parsed.model;
  const onnx::GraphProto& graph = model.graph();
  file.opset = default_opset(model);
  file.ir_version = model.ir_version();
  file.producer = model.producer_name();
  if (!model.producer_version().empty())
    file.producer += (file.producer.empty() ? "" : " ") + model.producer_version();
  for (const auto& entry : model.metadata_props())
    file.metadata.emplace_back(entry.key(), entry.value());
  take_weights(file, contents, parsed, external);
  read_ports(file, contents, graph);
  std::set<std::string> given;
  for (const auto& [name, tensor] : contents.weights)
    given.insert(name);
  for (const ModelPort& input : file.inputs)
    given.insert(input.name);
  contents.order = execution_order(graph, given, file.path);
  for (const onnx::NodeProto& node : graph.node())
    contents.read.insert(node.input().begin(), node.input().end());
  for (const ModelPort& output : file.outputs)
    contents.read.insert(output.name);
  check_nodes(file, contents, graph, external);
  contents.files = external.files();
  contents.files.push_back(parsed.file);
}

}  // namespace

OnnxFile::OnnxFile() = default;
OnnxFile::~OnnxFile() = default;

void OnnxFile::check_unchanged() const {
  try {
    for (const auto& file : contents_->files)
      file->check_unchanged();
  } catch (const InputError& error) {
    throw ModelError(error.what(), {.path = path, .node = {}, .operator_name = {}});
  }
}

bool OnnxFile::holds(const void* address) const {
  const auto* at = static_cast<const char*>(address);
  return std::any_of(contents_->files.begin(), contents_->files.end(), [&](const auto& file) {
    const std::string_view bytes = file->bytes();
    return std::less_equal<>()(bytes.data(), at) && std::less<>()(at, bytes.data() + bytes.size());
  });
}

void OnnxFile::release_pages() const {
  for (const auto& file : contents_->files)
    file->release_pages();
}

void OnnxFile::release_pages(const void* address, std::size_t bytes) const {
  for (const auto& file : contents_->files)
    file->release_pages(address, bytes);
}

std::shared_ptr<const OnnxFile> OnnxFile::read(const std::string& path,
                                               const std::vector<CustomOperator>& operators,
                                               std::int64_t max_memory) {
  FOVEA_CHECK(max_memory >= 0, "a memory limit of {} bytes is not possible", max_memory);
  std::shared_ptr<OnnxFile> file(new OnnxFile);
  file->path = path;
  file->max_memory = max_memory > 0 ? max_memory : kDefaultMaxMemory;
  auto contents = std::make_unique<Contents>();
  contents->operators = shared_operators(operators);
  ParsedModel parsed;
  try {
    parsed = parse_model(path);
    fill(*file, *contents, parsed);
  } catch (const InputError& error) {
    throw ModelError(error.what(), {.path = path, .node = {}, .operator_name = {}});
  } catch (const std::bad_alloc&) {
    throw ModelError("there is not enough memory to read it",
                     {.path = path, .node = {}, .operator_name = {}});
  } catch (const std::length_error&) {
    throw ModelError("there is not enough memory to read it",
                     {.path = path, .node = {}, .operator_name = {}});
  }
  contents->model = parsed.model;
  file->contents_ = std::move(contents);
  return file;
}

}  // namespace fovea::onnx_import
