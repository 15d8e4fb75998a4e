#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace onnx {
class NodeProto;
class TensorProto;
}  // namespace onnx

namespace fovea::onnx_import {

/// The values of a model that are a single integer known from the file: weights and Constant nodes of one
/// element, and their copies through Identity, Cast, Reshape and the like.
class KnownIntegers {
public:
  /// `raw` stands for the weight's raw_data if that was left in the file.
  void add_weight(const onnx::TensorProto& weight, std::optional<std::string_view> raw = std::nullopt);
  /// Nodes come after what they read.
  void add_node(const onnx::NodeProto& node);

  std::optional<std::int64_t> find(const std::string& name) const {
    const auto at = values_.find(name);
    return at == values_.end() ? std::nullopt : std::optional(at->second);
  }

private:
  std::unordered_map<std::string, std::int64_t> values_;
};

}  // namespace fovea::onnx_import
