#include "onnx/file/file.hpp"

#include "base/check.hpp"
#include "onnx/file/constant_node.hpp"
#include "onnx/file/contents.hpp"
#include "onnx/file/execution_order.hpp"
#include "onnx/file/external_data.hpp"
#include "onnx/file/node_reader.hpp"
#include "onnx/file/parse.hpp"
#include "onnx/file/tensor_proto.hpp"
#include "onnx/import/custom_node.hpp"
#include "onnx/import/legacy_attributes.hpp"
#include "onnx/import/needs.hpp"

#include <onnx/onnx_pb.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <new>
#include <stdexcept>

namespace fovea::onnx_import {
namespace {

/// Files before IR version 3 name no operator set: theirs is the first.
constexpr std::int64_t kFirstIrWithOpset = 3;

std::int64_t default_opset(const onnx::ModelProto& model) {
  for (const auto& entry : model.opset_import())
    if (entry.domain().empty() || entry.domain() == "ai.onnx") {
      FOVEA_CHECK(entry.version() >= kFirstOpset && entry.version() <= kLastOpset,
                  "its operator set is version {}, supported are {} to {}", entry.version(), kFirstOpset,
                  kLastOpset);
      return entry.version();
    }
  if (model.ir_version() < kFirstIrWithOpset)
    return 1;
  throw InputError("it names no version of the ONNX operator set");
}

/// The kind of a port that is not a tensor.
std::string kind_of(const onnx::TypeProto& type) {
  switch (type.value_case()) {
  case onnx::TypeProto::kSequenceType:
    return "sequence";
  case onnx::TypeProto::kMapType:
    return "map";
  case onnx::TypeProto::kOptionalType:
    return "optional";
  case onnx::TypeProto::kSparseTensorType:
    return "sparse tensor";
  default:
    return "undefined";
  }
}

ModelPort read_port(const onnx::ValueInfoProto& info, const char* kind) {
  FOVEA_CHECK(!info.name().empty(), "an {} has no name", kind);
  if (!info.type().has_tensor_type())
    return {info.name(), kind_of(info.type()), false, {}, {}};
  const auto& type = info.type().tensor_type();
  ModelPort port{info.name(), type_name(type.elem_type()), type.has_shape(), {}, {}};
  for (const auto& dim : type.shape().dim()) {
    port.dims.push_back(dim.has_dim_value() && dim.dim_value() > 0 ? dim.dim_value() : -1);
    port.symbols.push_back(dim.dim_param());
  }
  return port;
}

/// Reads a file's messages into an OnnxFile and its contents. What is wrong with one value becomes a fault of
/// that value, since it may be one that nobody needs.
class Reader {
public:
  Reader(OnnxFile& file, OnnxFile::Contents& contents, ParsedModel& parsed)
      : file_(file), contents_(contents), parsed_(parsed), graph_(*parsed.model->mutable_graph()),
        external_(file.path) {}

  void run() {
    const onnx::ModelProto& model = *parsed_.model;
    contents_.model = parsed_.model;
    file_.opset = default_opset(model);
    file_.ir_version = model.ir_version();
    file_.producer = model.producer_name();
    if (!model.producer_version().empty())
      file_.producer += (file_.producer.empty() ? "" : " ") + model.producer_version();
    for (const auto& entry : model.metadata_props())
      file_.metadata.emplace_back(entry.key(), entry.value());
    contents_.scopes = flatten(*parsed_.model, file_.opset, contents_.operators, file_.path, parsed_.raw);
    take_weights();
    read_ports();
    contents_.writers = find_writers(graph_);
    contents_.order = execution_order(graph_, contents_.scopes, contents_.writers);
    for (const onnx::NodeProto& node : graph_.node())
      contents_.read.insert(node.input().begin(), node.input().end());
    for (const ModelPort& output : file_.outputs)
      contents_.read.insert(output.name);
    read_nodes();
    check_outputs();
    contents_.files = external_.files();
    contents_.files.push_back(parsed_.file);
  }

private:
  void fault(const std::string& value, const std::string& message, ModelLocation location) {
    location.path = file_.path;
    contents_.faults.emplace(value, ModelError(message, std::move(location)));
  }

  /// Takes the initializers out of the messages; large ones stay in the file.
  void take_weights() {
    for (const auto& sparse : graph_.sparse_initializer())
      fault(sparse.values().name(),
            fmt::format("tensor '{}': sparse weights are not supported", sparse.values().name()), {});
    for (int i = 0; i < graph_.initializer_size(); ++i) {
      onnx::TensorProto& message = *graph_.mutable_initializer(i);
      const std::string name = message.name();
      FOVEA_CHECK(!name.empty(), "a weight has no name");
      FOVEA_CHECK(contents_.weights.count(name) == 0, "two weights are called '{}'", name);
      contents_.element_types[name] = message.data_type();
      try {
        take_weight(message, parsed_.raw[static_cast<std::size_t>(i)]);
      } catch (const InputError& error) {
        fault(name, error.what(), {});
      }
      message.Clear();
      message.set_name(name);
    }
  }

  void take_weight(const onnx::TensorProto& message, const std::optional<std::string_view>& bytes) {
    std::optional<FileBytes> raw;
    if (bytes)
      raw = FileBytes{parsed_.file, *bytes};
    StoredTensor tensor = read_tensor(message, raw, external_);
    if (is_floating(tensor.dtype()))
      file_.parameters += tensor.elements();
    contents_.weights.emplace(message.name(), std::move(tensor));
  }

  bool is_weight(const std::string& name) const {
    return contents_.weights.count(name) > 0 || contents_.faults.count(name) > 0;
  }

  void read_ports() {
    std::set<std::string> names;
    for (const auto& info : graph_.input()) {
      if (is_weight(info.name()))
        continue;
      file_.inputs.push_back(read_port(info, "input"));
      FOVEA_CHECK(names.insert(info.name()).second, "two inputs are called '{}'", info.name());
      const auto& type = info.type().tensor_type();
      contents_.input_types.push_back(type.elem_type());
      contents_.element_types[info.name()] = type.elem_type();
      if (!type.has_shape())
        contents_.inputs_without_shape.insert(info.name());
      if (!info.type().has_tensor_type())
        fault(info.name(), fmt::format("the input '{}' is not a tensor", info.name()), {});
    }
    FOVEA_CHECK(graph_.output_size() > 0, "the graph has no outputs");
    for (const auto& info : graph_.output())
      file_.outputs.push_back(read_port(info, "output"));
    for (const std::string& name : names)
      given_.insert(name);
    for (const auto& [name, tensor] : contents_.weights)
      given_.insert(name);
  }

  void read_nodes() {
    std::map<std::string, std::int64_t> counts;
    for (int n = 0; n < graph_.node_size(); ++n) {
      const NodeReader node(graph_.node(n), &contents_.read);
      const ModelLocation location{file_.path, node.name(), node.operator_name()};
      ++counts[node.operator_name()];
      check_outputs_of(n, location);
      try {
        read_node(n, node);
      } catch (const InputError& error) {
        for (const std::string& output : node.proto().output())
          fault(output, error.what(), location);
      }
    }
    file_.operator_counts.assign(counts.begin(), counts.end());
  }

  /// Every value has one writer.
  void check_outputs_of(int n, const ModelLocation& location) {
    for (const std::string& output : graph_.node(n).output()) {
      if (output.empty())
        continue;
      const int first = contents_.writers.at(output);
      if (given_.count(output) > 0)
        fault(output, fmt::format("writes '{}', which is an input or a weight of the model", output),
              location);
      else if (first != n)
        fault(output,
              fmt::format("writes '{}', which node '{}' writes too", output,
                          NodeReader(graph_.node(first)).name()),
              location);
    }
  }

  void read_node(int n, const NodeReader& node) {
    if (node.proto().output_size() == 0)
      return;
    const NodeScope& scope = contents_.scopes[static_cast<std::size_t>(n)];
    const std::string reason = why_unsupported(node, contents_, scope.opset);
    if (!reason.empty() && scope.guards.empty())
      file_.unsupported_nodes.push_back({node.name(), node.operator_name(), reason, false});
    const std::string& output = node.proto().output(0);
    if (node.operator_name() == "Cast")
      contents_.element_types[output] = cast_target(node);
    if (node.operator_name() != "Constant")
      return;
    std::optional<StoredTensor> tensor = read_constant(node, external_);
    if (!tensor)
      return;
    if (is_floating(tensor->dtype()) && tensor->shape().rank() > 0)
      file_.parameters += tensor->elements();
    if (const auto* value = node.find("value"))
      contents_.element_types[output] = value->t().data_type();
    contents_.weights.emplace(output, std::move(*tensor));
    contents_.constants.insert(n);
  }

  /// Marks the unsupported nodes that the first output needs. ModelError when every output needs something
  /// that is damaged.
  void check_outputs() {
    const Needs first = find_needs(file_, contents_, {file_.outputs.front().name});
    for (UnsupportedNode& node : file_.unsupported_nodes)
      node.is_needed =
          std::any_of(first.unsupported.begin(), first.unsupported.end(), [&](const auto& needed) {
            return needed.node == node.node && needed.operator_name == node.operator_name;
          });
    const auto damaged = [&](const ModelPort& output) {
      return !find_needs(file_, contents_, {output.name}).faults.empty();
    };
    if (!first.faults.empty() && std::all_of(file_.outputs.begin() + 1, file_.outputs.end(), damaged))
      throw first.faults.front();
  }

  OnnxFile& file_;
  OnnxFile::Contents& contents_;
  ParsedModel& parsed_;
  onnx::GraphProto& graph_;
  ExternalFiles external_;
  std::set<std::string> given_;  ///< inputs and weights
};

}  // namespace

OnnxFile::OnnxFile() = default;
OnnxFile::~OnnxFile() = default;

std::vector<std::string_view> OnnxFile::bytes() const {
  std::vector<std::string_view> all;
  for (const auto& file : contents_->files)
    all.push_back(file->bytes());
  std::rotate(all.begin(), all.end() - 1, all.end());  // the file itself is the last of them
  return all;
}

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
    Reader(*file, *contents, parsed).run();
  } catch (const InputError& error) {
    throw ModelError(error.what(), {.path = path, .node = {}, .operator_name = {}});
  } catch (const std::bad_alloc&) {
    throw ModelError("there is not enough memory to read it",
                     {.path = path, .node = {}, .operator_name = {}});
  } catch (const std::length_error&) {
    throw ModelError("there is not enough memory to read it",
                     {.path = path, .node = {}, .operator_name = {}});
  }
  file->contents_ = std::move(contents);
  return file;
}

}  // namespace fovea::onnx_import
