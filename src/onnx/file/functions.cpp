#include "onnx/file/functions.hpp"

#include "base/check.hpp"

#include <google/protobuf/unknown_field_set.h>

#include <vector>

namespace fovea::onnx_import {
namespace {

// Fields that onnx.proto has had since ONNX 1.13 and 1.16: messages made for an older one keep their bytes.
constexpr int kNodeOverload = 8, kFunctionOverload = 13, kFunctionDefaults = 11;

template <class Message>
std::vector<std::string> unknown_bytes(const Message& message, int number) {
  std::vector<std::string> found;
  const auto& fields = message.GetReflection()->GetUnknownFields(message);
  for (int i = 0; i < fields.field_count(); ++i)
    if (fields.field(i).number() == number &&
        fields.field(i).type() == google::protobuf::UnknownField::TYPE_LENGTH_DELIMITED)
      found.push_back(fields.field(i).length_delimited());
  return found;
}

template <class Message>
std::string overload(const Message& message, int number) {
  if constexpr (requires { message.overload(); }) {
    return message.overload();
  } else {
    const auto found = unknown_bytes(message, number);
    return found.empty() ? std::string() : found.back();
  }
}

template <class Function>
std::vector<onnx::AttributeProto> defaults(const Function& function) {
  if constexpr (requires { function.attribute_proto(); }) {
    return {function.attribute_proto().begin(), function.attribute_proto().end()};
  } else {
    std::vector<onnx::AttributeProto> attributes;
    for (const std::string& bytes : unknown_bytes(function, kFunctionDefaults)) {
      onnx::AttributeProto attribute;
      FOVEA_CHECK(attribute.ParseFromString(bytes), "function '{}': a default attribute cannot be read",
                  function.name());
      attributes.push_back(std::move(attribute));
    }
    return attributes;
  }
}

std::string own_domain(const std::string& domain) {
  return domain == "ai.onnx" ? std::string() : domain;
}

}  // namespace

FunctionTable::FunctionTable(const onnx::ModelProto& model) {
  for (const onnx::FunctionProto& function : model.functions()) {
    const auto [at, inserted] = functions_.emplace(
        std::tuple(own_domain(function.domain()), function.name(), overload(function, kFunctionOverload)),
        &function);
    FOVEA_CHECK(inserted, "two functions are called '{}.{}'", function.domain(), function.name());
  }
}

const onnx::FunctionProto* FunctionTable::find(const onnx::NodeProto& node) const {
  if (empty())
    return nullptr;
  const auto at = functions_.find({own_domain(node.domain()), node.op_type(), overload(node, kNodeOverload)});
  return at == functions_.end() ? nullptr : at->second;
}

Bindings bind_attributes(const onnx::FunctionProto& function, const onnx::NodeProto& call) {
  Bindings bindings;
  for (const onnx::AttributeProto& attribute : call.attribute())
    bindings[attribute.name()] = attribute;
  for (onnx::AttributeProto& attribute : defaults(function))
    bindings.emplace(attribute.name(), std::move(attribute));
  return bindings;
}

void resolve_references(onnx::NodeProto& node, const Bindings& bindings) {
  int kept = 0;
  for (int i = 0; i < node.attribute_size(); ++i) {
    onnx::AttributeProto& attribute = *node.mutable_attribute(i);
    if (!attribute.ref_attr_name().empty()) {
      const auto bound = bindings.find(attribute.ref_attr_name());
      if (bound == bindings.end())
        continue;
      const std::string name = attribute.name();
      attribute = bound->second;
      attribute.set_name(name);
    }
    node.mutable_attribute()->SwapElements(kept++, i);
  }
  node.mutable_attribute()->DeleteSubrange(kept, node.attribute_size() - kept);
}

}  // namespace fovea::onnx_import
