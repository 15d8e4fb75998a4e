#include "onnx/import/translate.hpp"
#include "ops/cast.hpp"
#include "ops/identity.hpp"
#include "ops/reshape.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace fovea::onnx_import {
TranslateContext::TranslateContext(ir::Graph& graph, ConstantFolder& folder, MemoryBudget& budget,
                                   const NodeReader& node, std::vector<ir::ValueId> inputs,
                                   std::vector<int> onnx_types, std::int64_t opset,
                                   const ImportOptions& options, Rebatch rebatch,
                                   std::map<int, Sequence> sequences)
    : graph_(graph), folder_(folder), budget_(budget), node_(node), inputs_(std::move(inputs)),
      onnx_types_(std::move(onnx_types)), opset_(opset), options_(options), rebatch_(rebatch),
      sequences_(std::move(sequences)) {}

ir::ValueId TranslateContext::x(int i) const {
  FOVEA_CHECK(!is_sequence(i), "input {} is a sequence of tensors, expected a tensor", i);
  FOVEA_CHECK(has(i), "input {} is missing", i);
  return inputs_[static_cast<std::size_t>(i)];
}

const Sequence& TranslateContext::sequence(int i) const {
  const auto found = sequences_.find(i);
  FOVEA_CHECK(found != sequences_.end(), "input {}: expected a sequence of tensors", i);
  return found->second;
}

std::optional<Tensor> TranslateContext::constant_of(ir::ValueId id) const {
  return graph_.is_constant(id) ? std::optional(folder_.elements(id)) : std::nullopt;
}

Tensor TranslateContext::constant(int i, std::string_view what) const {
  FOVEA_CHECK(graph_.is_constant(x(i)), "input {} ({}) must be a constant, but '{}' depends on the image", i,
              what, graph_.value(x(i)).name);
  return folder_.elements(x(i));
}

std::vector<std::int64_t> TranslateContext::integers(int i, std::string_view what) const {
  const Tensor tensor = constant(i, what);
  FOVEA_CHECK(tensor.dtype() == DType::I64 && tensor.shape().rank() <= 1,
              "input {} ({}): expected a list of integers, found {} {}", i, what, name_of(tensor.dtype()),
              to_string(tensor.shape()));
  const auto values = tensor.data<std::int64_t>();
  return {values.begin(), values.end()};
}

std::optional<std::vector<std::int64_t>> TranslateContext::integers(int i, std::string_view attribute,
                                                                    std::int64_t since) const {
  if (opset_ < since)
    return node_.integers(attribute);
  if (!has(i))
    return std::nullopt;
  return integers(i, attribute);
}

double TranslateContext::scalar(int i, std::string_view what) const {
  const Tensor tensor = constant(i, what);
  FOVEA_CHECK(tensor.elements() == 1, "input {} ({}): expected one number, found {}", i, what,
              to_string(tensor.shape()));
  return tensor.cast(DType::F64).data<double>()[0];
}

std::int64_t TranslateContext::whole_number(int i, std::string_view what) const {
  constexpr double exact = 9007199254740992;  // 2^53
  const double number = scalar(i, what);
  FOVEA_CHECK(std::abs(number) <= exact && number == std::trunc(number),
              "input {} ({}): expected a whole number, found {}", i, what, number);
  return static_cast<std::int64_t>(number);
}

ir::ValueId TranslateContext::emit(const ir::Operator& op, std::vector<ir::ValueId> inputs,
                                   ir::Attributes attributes, std::string_view suffix) {
  return emit_all(op, std::move(inputs), std::move(attributes), suffix).front();
}

std::vector<ir::ValueId> TranslateContext::emit_all(const ir::Operator& op, std::vector<ir::ValueId> inputs,
                                                    ir::Attributes attributes, std::string_view suffix) {
  const bool constant = std::all_of(inputs.begin(), inputs.end(), [&](ir::ValueId id) {
    return id == ir::kNoValue || graph_.is_constant(id);
  });
  const std::string name = node_.name() + std::string(suffix);
  if (constant)
    return folder_.fold(op, std::move(attributes), inputs, name);
  const std::vector<ir::ValueId> results =
      graph_.add_node(op, std::move(attributes), std::move(inputs), name).outputs;
  for (ir::ValueId id : results) {
    const ir::TensorType& type = graph_.type(id);
    budget_.check_value(type.shape.elements() * static_cast<std::int64_t>(size_of(type.dtype)),
                        options_.batch, graph_.value(id).name);
  }
  return results;
}

ir::ValueId TranslateContext::add_constant(Tensor tensor, std::string_view suffix) {
  return folder_.add(node_.name() + std::string(suffix), std::move(tensor));
}

ir::ValueId TranslateContext::add_constant(ir::TensorType type, std::function<Tensor()> make,
                                           std::string_view suffix) {
  return folder_.add(node_.name() + std::string(suffix), std::move(type), std::move(make));
}

ir::ValueId TranslateContext::scalar_like(ir::ValueId like, double value) {
  return add_constant(Tensor::scalar(value).cast(dtype(like)));
}

ir::ValueId TranslateContext::cast(ir::ValueId value, DType dtype) {
  return this->dtype(value) == dtype ? value
                                     : emit(ops::cast(), {value}, ops::CastAttributes{.to = dtype}, "/cast");
}

ir::ValueId TranslateContext::reshape(ir::ValueId value, Shape shape, std::string_view suffix) {
  return this->shape(value) == shape
             ? value
             : emit(ops::reshape(), {value}, ops::ReshapeAttributes{.shape = std::move(shape)}, suffix);
}

ir::ValueId TranslateContext::pass(ir::ValueId value) {
  return is_constant(value) ? value : emit(ops::identity(), {value});
}

void TranslateContext::output(int i, ir::ValueId value) {
  const auto index = static_cast<std::size_t>(i);
  if (outputs_.size() <= index)
    outputs_.resize(index + 1, ir::kNoValue);
  outputs_[index] = value;
}

std::int64_t resolve_axis(std::int64_t axis, std::int64_t rank) {
  FOVEA_CHECK(axis >= -rank && axis < rank, "axis {} is outside a tensor of rank {}", axis, rank);
  return axis < 0 ? axis + rank : axis;
}

std::vector<std::int64_t> resolve_axes(std::vector<std::int64_t> axes, std::int64_t rank) {
  for (std::int64_t& axis : axes)
    axis = resolve_axis(axis, rank);
  std::sort(axes.begin(), axes.end());
  const auto twice = std::adjacent_find(axes.begin(), axes.end());
  FOVEA_CHECK(twice == axes.end(), "axis {} is given twice", *twice);
  return axes;
}

ir::ValueId add_numbers(TranslateContext& c, const Shape& shape, std::string_view suffix) {
  const auto make = [shape] {
    Tensor numbers(DType::I64, shape);
    const auto out = numbers.data<std::int64_t>();
    std::iota(out.begin(), out.end(), std::int64_t{0});
    return numbers;
  };
  return c.add_constant({DType::I64, shape}, make, suffix);
}

}  // namespace fovea::onnx_import
