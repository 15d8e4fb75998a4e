#include "onnx/file/constant_node.hpp"

#include "base/check.hpp"
#include "onnx/file/external_data.hpp"
#include "onnx/file/node_reader.hpp"
#include "onnx/file/tensor_proto.hpp"

#include <onnx/onnx_pb.h>

#include <algorithm>
#include <array>

namespace fovea::onnx_import {

std::string constant_why_not(const NodeReader& node, std::int64_t) {
  for (const char* form : {"sparse_value", "value_string", "value_strings"})
    if (node.has(form))
      return fmt::format("its form {} is not supported", form);
  return {};
}

std::optional<StoredTensor> read_constant(const NodeReader& node, ExternalFiles& external) {
  if (!constant_why_not(node, 0).empty())
    return std::nullopt;
  static constexpr std::array forms = {"value", "value_int", "value_ints", "value_float", "value_floats"};
  const auto given =
      std::count_if(forms.begin(), forms.end(), [&](const char* form) { return node.has(form); });
  FOVEA_CHECK(given == 1, "expected one attribute of {}, found {}", fmt::join(forms, ", "), given);
  if (const auto* value = node.find("value", onnx::AttributeProto::TENSOR))
    return read_tensor(value->t(), std::nullopt, external);
  if (node.has("value_int"))
    return Tensor::scalar<std::int64_t>(node.integer("value_int", 0));
  if (node.has("value_float"))
    return Tensor::scalar<float>(static_cast<float>(node.number("value_float", 0)));
  if (const auto values = node.integers("value_ints"))
    return Tensor::from<std::int64_t>({static_cast<std::int64_t>(values->size())}, *values);
  const auto values = node.numbers("value_floats").value_or(std::vector<float>());
  return Tensor::from<float>({static_cast<std::int64_t>(values.size())}, values);
}

}  // namespace fovea::onnx_import
