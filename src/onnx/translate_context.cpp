#include "onnx/tensor_proto.hpp"
#include "onnx/translate.hpp"
#include "ops/cast.hpp"
#include "ops/identity.hpp"
#include "ops/reshape.hpp"
#include "ops/table.hpp"

#include <algorithm>

namespace fovea::onnx_import {
namespace {

/// A constant made by folding may have this many elements, or twice as many as it is made from.
constexpr std::int64_t kMaxFoldedElements = std::int64_t{1} << 24;

void check_folded_size(const ir::Operator& op, const ir::Attributes& attributes,
                       const std::vector<Tensor>& inputs) {
  std::vector<ir::TensorType> types;
  std::int64_t source = 0;
  for (const Tensor& tensor : inputs) {
    types.push_back({tensor.dtype(), tensor.shape()});
    source += tensor.empty() ? 0 : tensor.elements();
  }
  std::vector<const ir::TensorType*> pointers;
  for (std::size_t i = 0; i < inputs.size(); ++i)
    pointers.push_back(inputs[i].empty() ? nullptr : &types[i]);
  std::int64_t result = 0;
  for (const ir::TensorType& type : op.infer({attributes, pointers}))
    result += checked_shape(type.shape.dims(), "its result").elements();
  FOVEA_CHECK(result <= std::max(kMaxFoldedElements, 2 * source),
              "would make a constant of {} elements from constants of {}", result, source);
}

}  // namespace

TranslateContext::TranslateContext(ir::Graph& graph, const NodeReader& node, std::vector<ir::ValueId> inputs,
                                   std::vector<int> onnx_types, std::int64_t opset,
                                   const ImportOptions& options, Rebatch rebatch,
                                   std::map<int, Sequence> sequences)
    : graph_(graph), node_(node), inputs_(std::move(inputs)), onnx_types_(std::move(onnx_types)),
      opset_(opset), options_(options), rebatch_(rebatch), sequences_(std::move(sequences)) {}

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
  return graph_.value(id).constant;
}

Tensor TranslateContext::constant(int i, std::string_view what) const {
  const auto& value = graph_.value(x(i));
  FOVEA_CHECK(value.constant, "input {} ({}) must be a constant, but '{}' depends on the image", i, what,
              value.name);
  return *value.constant;
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

ir::ValueId TranslateContext::emit(const ir::Operator& op, std::vector<ir::ValueId> inputs,
                                   ir::Attributes attributes, std::string_view suffix) {
  return emit_all(op, std::move(inputs), std::move(attributes), suffix).front();
}

std::vector<ir::ValueId> TranslateContext::emit_all(const ir::Operator& op, std::vector<ir::ValueId> inputs,
                                                    ir::Attributes attributes, std::string_view suffix) {
  const bool constant = std::all_of(inputs.begin(), inputs.end(), [&](ir::ValueId id) {
    return id == ir::kNoValue || graph_.is_constant(id);
  });
  if (!constant)
    return graph_.add_node(op, std::move(attributes), std::move(inputs), node_.name() + std::string(suffix))
        .outputs;
  std::vector<Tensor> tensors;
  for (ir::ValueId id : inputs)
    tensors.push_back(id == ir::kNoValue ? Tensor() : *graph_.value(id).constant);
  check_folded_size(op, attributes, tensors);
  std::vector<ir::ValueId> results;
  for (Tensor& tensor : ops::evaluate(op, attributes, tensors))
    results.push_back(add_constant(std::move(tensor), suffix));
  return results;
}

ir::ValueId TranslateContext::add_constant(Tensor tensor, std::string_view suffix) {
  return graph_.add_constant(node_.name() + std::string(suffix), std::move(tensor));
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

}  // namespace fovea::onnx_import
