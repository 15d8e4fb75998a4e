#include "onnx/file/node_reader.hpp"

#include "base/check.hpp"
#include "onnx/file/tensor_proto.hpp"

#include <onnx/onnx_pb.h>

#include <algorithm>

namespace fovea::onnx_import {
namespace {

using onnx::AttributeProto;

std::string type_word(int type) {
  return AttributeProto::AttributeType_IsValid(type)
             ? AttributeProto::AttributeType_Name(static_cast<AttributeProto::AttributeType>(type))
             : fmt::format("type {}", type);
}

/// The declared type, or, where an old file declares none, the one whose field is set.
int type_in_file(const AttributeProto& attribute) {
  if (attribute.type() != AttributeProto::UNDEFINED)
    return attribute.type();
  if (attribute.has_f())
    return AttributeProto::FLOAT;
  if (attribute.has_i())
    return AttributeProto::INT;
  if (attribute.has_s())
    return AttributeProto::STRING;
  if (attribute.has_t())
    return AttributeProto::TENSOR;
  if (attribute.has_g())
    return AttributeProto::GRAPH;
  if (attribute.floats_size() > 0)
    return AttributeProto::FLOATS;
  if (attribute.ints_size() > 0)
    return AttributeProto::INTS;
  if (attribute.strings_size() > 0)
    return AttributeProto::STRINGS;
  return AttributeProto::UNDEFINED;
}

}  // namespace

const std::string& NodeReader::name() const {
  return node_.name().empty() && node_.output_size() > 0 ? node_.output(0) : node_.name();
}

bool NodeReader::in_default_domain() const {
  return node_.domain().empty() || node_.domain() == "ai.onnx";
}

std::string NodeReader::operator_name() const {
  return in_default_domain() ? node_.op_type() : fmt::format("{}.{}", node_.domain(), node_.op_type());
}

bool NodeReader::has_subgraph() const {
  return std::any_of(node_.attribute().begin(), node_.attribute().end(), [](const AttributeProto& a) {
    return type_in_file(a) == AttributeProto::GRAPH || type_in_file(a) == AttributeProto::GRAPHS;
  });
}

int NodeReader::output_count() const {
  return node_.output_size();
}

bool NodeReader::uses(int output) const {
  return output < node_.output_size() && !node_.output(output).empty() &&
         (!read_ || read_->count(node_.output(output)) > 0);
}

std::optional<Tensor> NodeReader::tensor(std::string_view attribute) const {
  const AttributeProto* found = find(attribute, AttributeProto::TENSOR);
  if (!found)
    return std::nullopt;
  FOVEA_CHECK(found->t().data_location() != onnx::TensorProto::EXTERNAL,
              "attribute '{}': its tensor lies in an external file, which is not supported", attribute);
  return read_tensor(found->t());
}

const AttributeProto* NodeReader::find(std::string_view attribute) const {
  for (const AttributeProto& candidate : node_.attribute())
    if (candidate.name() == attribute)
      return &candidate;
  return nullptr;
}

int NodeReader::type_of(std::string_view attribute) const {
  return type_in_file(*find(attribute));
}

const AttributeProto* NodeReader::find(std::string_view attribute, int type) const {
  const AttributeProto* found = find(attribute);
  FOVEA_CHECK(!found || type_in_file(*found) == type, "attribute '{}': expected {}, found {}", attribute,
              type_word(type), type_word(type_in_file(*found)));
  return found;
}

std::int64_t NodeReader::integer(std::string_view attribute, std::int64_t otherwise) const {
  const AttributeProto* found = find(attribute, AttributeProto::INT);
  return found ? found->i() : otherwise;
}

double NodeReader::number(std::string_view attribute, float otherwise) const {
  const AttributeProto* found = find(attribute, AttributeProto::FLOAT);
  return found ? found->f() : otherwise;
}

std::string NodeReader::text(std::string_view attribute, std::string otherwise) const {
  const AttributeProto* found = find(attribute, AttributeProto::STRING);
  return found ? found->s() : std::move(otherwise);
}

bool NodeReader::flag(std::string_view attribute, bool otherwise) const {
  const std::int64_t value = integer(attribute, otherwise ? 1 : 0);
  FOVEA_CHECK(value == 0 || value == 1, "attribute '{}': expected 0 or 1, found {}", attribute, value);
  return value == 1;
}

std::optional<std::vector<std::int64_t>> NodeReader::integers(std::string_view attribute) const {
  const AttributeProto* found = find(attribute);
  if (!found ||
      (type_in_file(*found) == AttributeProto::UNDEFINED))  // an empty list in a file that declares no types
    return std::nullopt;
  found = find(attribute, AttributeProto::INTS);
  return std::vector<std::int64_t>(found->ints().begin(), found->ints().end());
}

std::optional<std::vector<float>> NodeReader::numbers(std::string_view attribute) const {
  const AttributeProto* found = find(attribute, AttributeProto::FLOATS);
  if (!found)
    return std::nullopt;
  return std::vector<float>(found->floats().begin(), found->floats().end());
}

std::int64_t NodeReader::required_integer(std::string_view attribute) const {
  FOVEA_CHECK(has(attribute), "attribute '{}' is missing", attribute);
  return integer(attribute, 0);
}

}  // namespace fovea::onnx_import
