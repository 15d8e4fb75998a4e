#include "ops/fused_pointwise.hpp"

#include "ops/table.hpp"

#include <algorithm>
#include <cstring>

namespace fovea::ops {
namespace {

/// The text up to `end`, which is taken from the front of `rest` with it.
std::string take_until(std::string& rest, char end) {
  const std::size_t at = rest.find(end);
  FOVEA_CHECK(at != std::string::npos, "'{}' is no list of pointwise steps: '{}' is missing", rest, end);
  std::string taken = rest.substr(0, at);
  rest.erase(0, at + 1);
  return taken;
}

std::vector<std::string> split_at_commas(std::string text) {
  std::vector<std::string> parts;
  text += ',';
  while (!text.empty())
    parts.push_back(take_until(text, ','));
  return parts;
}

PointwiseStep parse_step(std::string& rest) {
  std::string head = take_until(rest, '(');
  ir::AttributeText fields;
  if (const std::size_t brace = head.find('{'); brace != std::string::npos) {
    std::string inside = head.substr(brace + 1);
    head.resize(brace);
    for (std::string& field : split_at_commas(take_until(inside, '}'))) {
      std::string name = take_until(field, '=');
      fields.emplace_back(std::move(name), field);
    }
  }
  PointwiseStep step;
  step.op = find(head);
  FOVEA_CHECK(step.op, "'{}' is no operator", head);
  step.attributes = fields.empty() ? step.op->attributes : step.op->attributes.with(fields);
  for (const std::string& operand : split_at_commas(take_until(rest, ')'))) {
    std::int64_t number = 0;
    ir::detail::parse_field(operand, number);
    step.operands.push_back(number);
  }
  return step;
}

const FusedPointwiseAttributes& attributes_of(const ir::InferCall& call) {
  return call.attributes.as<FusedPointwiseAttributes>();
}

/// The types of the inputs and of all steps' results.
std::vector<ir::TensorType> types_of(const std::vector<PointwiseStep>& steps,
                                     std::vector<ir::TensorType> types) {
  for (const PointwiseStep& step : steps) {
    std::vector<const ir::TensorType*> operands;
    for (const std::int64_t operand : step.operands) {
      FOVEA_CHECK(operand >= 0 && operand < static_cast<std::int64_t>(types.size()),
                  "a pointwise step reads value {} of {}", operand, types.size());
      operands.push_back(&types[static_cast<std::size_t>(operand)]);
    }
    types.push_back(step.op->infer({step.attributes, operands}).at(0));
  }
  return types;
}

std::vector<ir::TensorType> infer(const ir::InferCall& call) {
  const FusedPointwiseAttributes& a = attributes_of(call);
  std::vector<ir::TensorType> types;
  for (std::size_t i = 0; i < call.inputs.size(); ++i)
    types.push_back(call.type(i));
  types = types_of(a.steps, std::move(types));
  std::vector<ir::TensorType> results;
  for (const std::int64_t result : a.results) {
    FOVEA_CHECK(result >= 0 && result < static_cast<std::int64_t>(types.size()), "there is no value {}",
                result);
    results.push_back(types[static_cast<std::size_t>(result)]);
  }
  FOVEA_CHECK(!results.empty(), "a fused node needs a result");
  return results;
}

void kernel(const ir::KernelCall& call) {
  const auto& a = call.attributes.as<FusedPointwiseAttributes>();
  std::vector<ir::TensorView> values(call.inputs.begin(), call.inputs.end());
  std::vector<ir::TensorType> types;
  for (const ir::TensorView& input : call.inputs)
    types.push_back({input.dtype, input.shape});
  types = types_of(a.steps, std::move(types));
  std::vector<Tensor> made;
  for (const PointwiseStep& step : a.steps) {
    const ir::TensorType& type = types[values.size()];
    made.emplace_back(type.dtype, type.shape);
    std::vector<ir::TensorView> operands;
    for (const std::int64_t operand : step.operands)
      operands.push_back(values[static_cast<std::size_t>(operand)]);
    const std::vector<ir::TensorView> result = {{type.dtype, type.shape, made.back().raw()}};
    step.op->kernel({step.attributes, operands, result});
    values.push_back(result.front());
  }
  for (std::size_t i = 0; i < a.results.size(); ++i) {
    const ir::TensorView& value = values[static_cast<std::size_t>(a.results[i])];
    if (call.outputs[i])
      std::memcpy(call.outputs[i].data, value.data,
                  static_cast<std::size_t>(value.shape.elements()) * size_of(value.dtype));
  }
}

}  // namespace

std::string print_field(const std::vector<PointwiseStep>& steps) {
  std::string text;
  for (const PointwiseStep& step : steps) {
    std::string fields;
    for (const auto& [name, value] : step.attributes.text())
      fields += fmt::format("{}{}={}", fields.empty() ? "" : ",", name, value);
    text += fmt::format("{}{}{}({})", text.empty() ? "" : ";", step.op->name,
                        fields.empty() ? "" : "{" + fields + "}", fmt::join(step.operands, ","));
  }
  return text;
}

void parse_field(const std::string& text, std::vector<PointwiseStep>& steps) {
  steps.clear();
  for (std::string rest = text; !rest.empty();) {
    steps.push_back(parse_step(rest));
    FOVEA_CHECK(rest.empty() || rest[0] == ';', "'{}' is no list of pointwise steps", text);
    rest.erase(0, 1);
  }
}

const ir::Operator& fused_pointwise() {
  static const ir::Operator op{.name = "FusedPointwise",
                               .inputs = {"xs..."},
                               .infer = infer,
                               .kernel = kernel,
                               .gradient = ir::not_differentiable("fused after differentiation"),
                               .attributes = FusedPointwiseAttributes{}};
  return op;
}

}  // namespace fovea::ops
