#include "onnx/export/cuda_support.hpp"

#include "fovea/error.hpp"
#include "onnx/export/cuda_limits.hpp"
#include "onnx/export/cuda_operators.hpp"
#include "onnx/file/node_reader.hpp"
#include "onnx/file/parse.hpp"
#include "onnx/file/tensor_proto.hpp"

#include <fmt/ranges.h>
#include <onnx/onnx_pb.h>

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <unordered_map>

namespace fovea::onnx_export {
namespace {

using onnx_import::NodeReader;
using onnx_import::type_name;

constexpr std::int64_t kFirstOpset = 7;  // ONNX Runtime's own

std::string own_domain(const std::string& domain) {
  return domain == "ai.onnx" ? "" : domain;
}

/// The element types of values by name: those of a graph, and of the graphs around it.
struct Types {
  std::unordered_map<std::string, std::string> own;
  const Types* outer = nullptr;

  std::string of(const std::string& value) const {
    for (const Types* at = this; at; at = at->outer)
      if (const auto found = at->own.find(value); found != at->own.end())
        return found->second;
    return {};
  }
  void declare(const onnx::ValueInfoProto& value) {
    if (value.type().has_tensor_type())
      set(value.name(), value.type().tensor_type().elem_type());
  }
  void set(const std::string& value, int type) {
    if (type != onnx::TensorProto::UNDEFINED)
      own.emplace(value, type_name(type));
  }
};

/// The element type that an attribute of the node gives its output; empty if none does.
std::string type_by_attribute(const NodeReader& node) {
  const std::string& type = node.proto().op_type();
  for (const auto& [name, otherwise] : {std::pair{"to", 0}, {"dtype", 0}})
    if (node.has(name))
      return type_name(static_cast<int>(node.integer(name, otherwise)));
  if (const onnx::AttributeProto* value = node.find("value"); value && value->has_t())
    return type_name(value->t().data_type());
  if (type == "ConstantOfShape" || node.has("value_float") || node.has("value_floats"))
    return "float32";
  return node.has("value_int") || node.has("value_ints") ? "int64" : "";
}

/// What a type parameter of a node stands for, by the inputs and outputs that have it.
using Bound = std::map<std::string, std::string, std::less<>>;

/// "int32 of input 2: it takes float16 and float32" where the provider lacks the type; empty if it has it.
std::string type_gap(const CudaOperator& row, std::string_view parameter, const std::string& type,
                     const std::string& what) {
  const auto allowed = row.types.find(std::string(parameter));
  if (type.empty() || allowed == row.types.end() ||
      std::find(allowed->second.begin(), allowed->second.end(), type) != allowed->second.end())
    return {};
  return fmt::format("{} of {}: it takes {} only", type, what, fmt::join(allowed->second, ", "));
}

/// The type of an output: of an input with the same parameter, by an attribute, or the only one that there
/// is.
std::string output_type(const CudaOperator& row, std::string_view parameter, const Bound& bound,
                        const NodeReader& node) {
  if (const auto at = bound.find(parameter); at != bound.end())
    return at->second;
  if (const std::string given = type_by_attribute(node); !given.empty())
    return given;
  const auto types = row.types.find(std::string(parameter));
  if (types != row.types.end())
    return types->second.size() == 1 ? types->second.front() : "";
  const std::string name(parameter);
  const bool is_element_type = name.starts_with("float") || name.starts_with("int") || name == "bool";
  return is_element_type ? name : "";
}

class Judge {
public:
  Judge(const onnx::ModelProto& model, const std::string& path) : model_(model), path_(path) {
    support_.version = list_.version();
    support_.date = list_.date();
    support_.last_opset = list_.last_opset();
    for (const onnx::FunctionProto& function : model.functions())
      functions_.emplace(own_domain(function.domain()), function.name());
  }

  CudaSupport judge() {
    opsets_ = opsets_of(model_.opset_import());
    support_.opset = opsets_[""];
    judge_graph(model_.graph(), nullptr);
    for (const onnx::FunctionProto& function : model_.functions()) {
      opsets_ = opsets_of(function.opset_import());
      Types types;
      for (const onnx::NodeProto& node : function.node())
        judge_node(node, types);
    }
    return std::move(support_);
  }

private:
  template <class Imports>
  static std::map<std::string, std::int64_t> opsets_of(const Imports& imports) {
    std::map<std::string, std::int64_t> opsets;
    for (const onnx::OperatorSetIdProto& import : imports)
      opsets[own_domain(import.domain())] = import.version();
    return opsets;
  }

  void judge_graph(const onnx::GraphProto& graph, const Types* outer) {
    Types types{{}, outer};
    for (const auto* list : {&graph.input(), &graph.value_info(), &graph.output()})
      for (const onnx::ValueInfoProto& value : *list)
        types.declare(value);
    for (const onnx::TensorProto& weight : graph.initializer())
      types.set(weight.name(), weight.data_type());
    for (const onnx::NodeProto& node : graph.node())
      judge_node(node, types);
  }

  void judge_node(const onnx::NodeProto& proto, Types& types) {
    const NodeReader node(proto);
    const std::string domain = own_domain(proto.domain());
    if (functions_.count({domain, proto.op_type()}) == 0)
      try {
        CudaLimit limit = gap_of(node, domain, types);
        support_.nodes.push_back(
            {node.name(), node.operator_name(), std::move(limit.reason), std::move(limit.instead)});
      } catch (const InputError& error) {
        throw ModelError(error.what(), {path_, node.name(), node.operator_name()});
      }
    for (const onnx::AttributeProto& attribute : proto.attribute()) {
      if (attribute.has_g())
        judge_graph(attribute.g(), &types);
      for (const onnx::GraphProto& graph : attribute.graphs())
        judge_graph(graph, &types);
    }
  }

  CudaLimit gap_of(const NodeReader& node, const std::string& domain, Types& types) {
    const std::string& type = node.proto().op_type();
    const std::int64_t declared = domain.empty() ? opsets_[""] : 1;
    const std::int64_t opset = std::min(declared, list_.last_opset());
    if (domain.empty() && opset < kFirstOpset)
      return {fmt::format("operator set {}: ONNX Runtime runs {} and newer ones", opset, kFirstOpset), ""};
    const CudaOperator* row = list_.find(domain, type, opset);
    if (!row)
      return no_kernel(domain, type, opset);
    std::vector<std::string> input_types;
    for (const std::string& input : node.proto().input())
      input_types.push_back(types.of(input));
    CudaLimit limit = type_limit(node, *row, input_types, types);
    if (limit.reason.empty() && domain.empty())
      limit = find_cuda_limit(node, opset, input_types);
    return limit;
  }

  CudaLimit no_kernel(const std::string& domain, const std::string& type, std::int64_t opset) const {
    const std::vector<CudaOperator>& rows = list_.rows(domain, type);
    if (rows.empty())
      return {"it has no such operator", ""};
    const bool is_older = rows.back().last_opset < opset;
    const CudaOperator& nearest = is_older ? rows.back() : rows.front();
    return {fmt::format("it lacks the form of operator set {}", opset),
            fmt::format("operator set {}", is_older ? nearest.last_opset : nearest.first_opset)};
  }

  /// Looks at the types of inputs and outputs, and notes those of the outputs.
  static CudaLimit type_limit(const NodeReader& node, const CudaOperator& row,
                              const std::vector<std::string>& input_types, Types& types) {
    Bound bound;
    std::string gap;
    for (std::size_t i = 0; i < input_types.size(); ++i) {
      const std::string_view parameter = CudaOperator::type_of(row.inputs, i);
      if (!input_types[i].empty() && !parameter.empty())
        bound.emplace(parameter, input_types[i]);
      if (gap.empty())
        gap = type_gap(row, parameter, input_types[i], fmt::format("input {}", i + 1));
    }
    const auto& outputs = node.proto().output();
    for (int i = 0; i < outputs.size(); ++i) {
      const std::string_view parameter = CudaOperator::type_of(row.outputs, static_cast<std::size_t>(i));
      std::string type = types.of(outputs[i]);
      if (type.empty() && !parameter.empty())
        type = output_type(row, parameter, bound, node);
      if (gap.empty())
        gap = type_gap(row, parameter, type, fmt::format("output {}", i + 1));
      if (!type.empty())
        types.own.emplace(outputs[i], type);
    }
    return {gap, gap.empty() ? "" : "a Cast on both sides"};
  }

  const onnx::ModelProto& model_;
  const std::string& path_;
  const CudaOperators& list_ = CudaOperators::get();
  std::set<std::pair<std::string, std::string>> functions_;
  std::map<std::string, std::int64_t> opsets_;  ///< by domain, of the graph or function that is judged
  CudaSupport support_;
};

}  // namespace

CudaSupport judge_cuda_support(const onnx::ModelProto& model, const std::string& path) {
  return Judge(model, path).judge();
}

}  // namespace fovea::onnx_export

namespace fovea {

std::int64_t CudaSupport::gaps() const {
  return std::count_if(nodes.begin(), nodes.end(), [](const CudaNode& node) { return !node.reason.empty(); });
}

CudaSupport cuda_support(std::string_view onnx) {
  onnx::ModelProto model;
  if (!model.ParseFromArray(onnx.data(), static_cast<int>(onnx.size())) || !model.has_graph())
    throw InputError("these bytes are no ONNX file");
  return onnx_export::judge_cuda_support(model, {});
}

CudaSupport cuda_support_of_file(const std::string& path) {
  return onnx_export::judge_cuda_support(*onnx_import::parse_model(path).model, path);
}

}  // namespace fovea
