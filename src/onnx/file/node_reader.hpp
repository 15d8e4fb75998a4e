#pragma once

#include "fovea/tensor.hpp"

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace onnx {
class AttributeProto;
class NodeProto;
}  // namespace onnx

namespace fovea::onnx_import {

/// Typed access to the attributes of one ONNX node. A value of another type than the one asked for is an
/// InputError that names the attribute, the type found and the type expected; other attributes are ignored.
class NodeReader {
public:
  /// `read` holds the names of all values that a node or the graph's outputs read; without it every output
  /// counts as read.
  explicit NodeReader(const onnx::NodeProto& node, const std::set<std::string>* read = nullptr)
      : node_(node), read_(read) {}

  const onnx::NodeProto& proto() const { return node_; }
  /// The node's name, or its first output's where it has none.
  const std::string& name() const;
  /// The operator type, with its domain where that is not ONNX's own: "Conv", "com.microsoft.FusedConv".
  std::string operator_name() const;
  bool in_default_domain() const;
  /// Whether some attribute is a graph, as those of If and Loop are.
  bool has_subgraph() const;
  int output_count() const;
  /// Whether the node has an i-th output and something reads it.
  bool uses(int output) const;

  bool has(std::string_view attribute) const { return find(attribute) != nullptr; }
  std::int64_t integer(std::string_view attribute, std::int64_t otherwise) const;
  /// `otherwise` is a float, so that a file that leaves a default out gives the same as one that writes it.
  double number(std::string_view attribute, float otherwise) const;
  std::string text(std::string_view attribute, std::string otherwise) const;
  /// 0 or 1; InputError for any other value.
  bool flag(std::string_view attribute, bool otherwise) const;
  std::optional<std::vector<std::int64_t>> integers(std::string_view attribute) const;
  std::optional<std::vector<float>> numbers(std::string_view attribute) const;
  /// Like `integer`, for an attribute that must be there.
  std::int64_t required_integer(std::string_view attribute) const;
  /// A tensor attribute whose elements lie in the model file itself.
  std::optional<Tensor> tensor(std::string_view attribute) const;
  const onnx::AttributeProto* find(std::string_view attribute) const;
  /// The type of an attribute that is there (AttributeProto::AttributeType), as far as its file tells it.
  int type_of(std::string_view attribute) const;
  /// The attribute, checked to be of that type (AttributeProto::AttributeType); nullptr when absent.
  const onnx::AttributeProto* find(std::string_view attribute, int type) const;

private:
  const onnx::NodeProto& node_;
  const std::set<std::string>* read_;
};

}  // namespace fovea::onnx_import
