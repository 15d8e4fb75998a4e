#include "onnx/import/custom_node.hpp"

#include "base/check.hpp"
#include "onnx/file/tensor_proto.hpp"
#include "ops/custom.hpp"

#include <onnx/onnx_pb.h>

#include <algorithm>

namespace fovea::onnx_import {
namespace {

using onnx::AttributeProto;

bool is_onnx(std::string_view domain) {
  return domain.empty() || domain == "ai.onnx";
}

bool same_domain(std::string_view a, std::string_view b) {
  return a == b || (is_onnx(a) && is_onnx(b));
}

NodeAttributes read_attributes(const NodeReader& node) {
  std::map<std::string, NodeAttributes::Value, std::less<>> values;
  for (const AttributeProto& a : node.proto().attribute()) {
    NodeAttributes::Value value;
    switch (node.type_of(a.name())) {
    case AttributeProto::INT:
      value = std::int64_t{a.i()};
      break;
    case AttributeProto::FLOAT:
      value = double{a.f()};
      break;
    case AttributeProto::STRING:
      value = a.s();
      break;
    case AttributeProto::INTS:
      value = std::vector<std::int64_t>(a.ints().begin(), a.ints().end());
      break;
    case AttributeProto::FLOATS:
      value = std::vector<double>(a.floats().begin(), a.floats().end());
      break;
    case AttributeProto::STRINGS:
      value = std::vector<std::string>(a.strings().begin(), a.strings().end());
      break;
    case AttributeProto::TENSOR:
      value = *node.tensor(a.name());
      break;
    default:
      continue;  // what has no C++ type here is as if it were absent
    }
    values.emplace(a.name(), std::move(value));
  }
  return NodeAttributes(std::move(values));
}

}  // namespace

CustomOperators shared_operators(const std::vector<CustomOperator>& operators) {
  CustomOperators shared;
  for (const CustomOperator& each : operators) {
    const std::string name = is_onnx(each.domain) ? each.type : fmt::format("{}.{}", each.domain, each.type);
    FOVEA_CHECK(!each.type.empty(), "a custom operator has no type");
    FOVEA_CHECK(each.forward, "the operator {} has no forward function", name);
    FOVEA_CHECK(name != "Constant", "the operator Constant cannot be replaced");
    for (const auto& other : shared)
      FOVEA_CHECK(other->type != each.type || !same_domain(other->domain, each.domain),
                  "the operator {} is given twice", name);
    shared.push_back(std::make_shared<const CustomOperator>(each));
  }
  return shared;
}

std::shared_ptr<const CustomOperator> find_custom(const CustomOperators& operators, const NodeReader& node) {
  const auto found = std::find_if(operators.begin(), operators.end(), [&](const auto& each) {
    return each->type == node.proto().op_type() && same_domain(each->domain, node.proto().domain());
  });
  return found == operators.end() ? nullptr : *found;
}

std::string custom_why_not(const NodeReader& node, const CustomOperator& functions) {
  const auto& names = node.proto().input();
  if (static_cast<std::size_t>(names.size()) != functions.inputs)
    return fmt::format("the caller's operator takes {} inputs, the node has {}", functions.inputs,
                       names.size());
  if (std::any_of(names.begin(), names.end(), [](const std::string& name) { return name.empty(); }))
    return "the caller's operator takes no optional inputs";
  for (int i = 1; i < node.output_count(); ++i)
    if (node.uses(i))
      return fmt::format("the caller's operator has one output, '{}' is another", node.proto().output(i));
  if (node.has_subgraph())
    return "operators with a subgraph are not supported";
  return {};
}

void translate_custom(TranslateContext& c, std::shared_ptr<const CustomOperator> functions,
                      const std::string& path) {
  const auto node = std::make_shared<const CustomNode>(
      CustomNode{c.node().name(), c.node().operator_name(), read_attributes(c.node())});
  std::vector<ir::ValueId> inputs;
  for (int i = 0; i < c.input_count(); ++i)
    inputs.push_back(c.x(i));
  const ir::Operator& op = functions->backward ? ops::custom() : ops::custom_without_backward();
  c.output(c.emit(op, std::move(inputs),
                  ops::CustomAttributes{
                      std::move(functions), node, path, node->operator_name, c.options().floating, {}}));
}

}  // namespace fovea::onnx_import
