#include "onnx/file/known_integers.hpp"

#include "onnx/file/node_reader.hpp"

#include <onnx/onnx_pb.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace fovea::onnx_import {
namespace {

template <class T>
std::optional<std::int64_t> little_endian(std::string_view bytes) {
  if (bytes.size() != sizeof(T))
    return std::nullopt;
  T value;
  std::memcpy(&value, bytes.data(), sizeof(T));
  return value;
}

/// The element of an integer tensor that has one and keeps it itself.
std::optional<std::int64_t> only_element(const onnx::TensorProto& tensor,
                                         std::optional<std::string_view> raw) {
  const auto& dims = tensor.dims();
  if (!std::all_of(dims.begin(), dims.end(), [](std::int64_t n) { return n == 1; }))
    return std::nullopt;
  if (!raw && tensor.has_raw_data())
    raw = tensor.raw_data();
  if (tensor.data_type() == onnx::TensorProto::INT64) {
    if (raw)
      return little_endian<std::int64_t>(*raw);
    if (tensor.int64_data_size() == 1)
      return tensor.int64_data(0);
  } else if (tensor.data_type() == onnx::TensorProto::INT32) {
    if (raw)
      return little_endian<std::int32_t>(*raw);
    if (tensor.int32_data_size() == 1)
      return tensor.int32_data(0);
  }
  return std::nullopt;
}

std::optional<std::int64_t> value_of_constant(const NodeReader& node) {
  if (const auto* value = node.find("value"); value && value->has_t())
    return only_element(value->t(), std::nullopt);
  if (const auto* value = node.find("value_int"))
    return value->i();
  if (const auto* value = node.find("value_ints"); value && value->ints_size() == 1)
    return value->ints(0);
  return std::nullopt;
}

}  // namespace

void KnownIntegers::add_weight(const onnx::TensorProto& weight, std::optional<std::string_view> raw) {
  if (const auto value = only_element(weight, raw))
    values_.emplace(weight.name(), *value);
}

void KnownIntegers::add_node(const onnx::NodeProto& node) {
  static constexpr std::array<std::string_view, 6> passing = {"Identity", "Cast",      "CastLike",
                                                              "Reshape",  "Unsqueeze", "Squeeze"};
  const NodeReader reader(node);
  if (node.output_size() != 1 || !reader.in_default_domain())
    return;
  std::optional<std::int64_t> value;
  if (node.op_type() == "Constant")
    value = value_of_constant(reader);
  else if (node.input_size() > 0 &&
           std::find(passing.begin(), passing.end(), node.op_type()) != passing.end())
    value = find(node.input(0));
  if (value)
    values_.emplace(node.output(0), *value);
}

}  // namespace fovea::onnx_import
