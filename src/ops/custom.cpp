#include "ops/custom.hpp"

#include "base/dispatch.hpp"
#include "ir/gradient_context.hpp"
#include "ops/caller_functions.hpp"

#include <algorithm>

namespace fovea::ops {
namespace {

ModelLocation place_of(const CustomAttributes& custom) {
  return {.path = custom.path, .node = custom.node->name, .operator_name = custom.node->operator_name};
}

/// An operand as doubles: itself where it holds doubles, else a copy.
class Widened {
public:
  explicit Widened(const ir::TensorView& view) : shape_(view.shape) {
    const auto count = static_cast<std::size_t>(view.shape.elements());
    if (view.dtype == DType::F64) {
      values_ = {static_cast<const double*>(view.data), count};
      return;
    }
    copy_.resize(count);
    dispatch(view.dtype, [&]<class T>(T) {
      const T* from = static_cast<const T*>(view.data);
      std::transform(from, from + count, copy_.begin(), [](T value) { return static_cast<double>(value); });
    });
    values_ = copy_;
  }
  Widened(const Widened&) = delete;
  Widened& operator=(const Widened&) = delete;
  Widened(Widened&&) = default;  // a vector keeps its elements where they are
  CustomArray<const double> array() const { return {shape_, values_}; }

private:
  Shape shape_;
  std::vector<double> copy_;
  std::span<const double> values_;
};

/// A result to be filled as doubles, and then rounded to its own type.
class Narrowed {
public:
  explicit Narrowed(const ir::TensorView& view) : view_(view) {
    const auto count = static_cast<std::size_t>(view.shape.elements());
    if (view.dtype == DType::F64) {
      values_ = {static_cast<double*>(view.data), count};
      std::fill(values_.begin(), values_.end(), 0.0);
    } else {
      copy_.resize(count);
      values_ = copy_;
    }
  }
  Narrowed(const Narrowed&) = delete;
  Narrowed& operator=(const Narrowed&) = delete;
  Narrowed(Narrowed&&) = default;
  CustomArray<double> array() const { return {view_.shape, values_}; }
  void round() const {
    if (view_.dtype == DType::F32)
      std::transform(copy_.begin(), copy_.end(), static_cast<float*>(view_.data),
                     [](double value) { return static_cast<float>(value); });
  }

private:
  ir::TensorView view_;
  std::vector<double> copy_;
  std::span<double> values_;
};

std::vector<ir::TensorType> infer(const ir::InferCall& call) {
  const auto& custom = call.attributes.as<CustomAttributes>();
  std::vector<Shape> shapes;
  for (std::size_t i = 0; i < call.inputs.size(); ++i)
    shapes.push_back(call.shape(i));
  if (custom.functions->shape)
    return {{custom.floating,
             call_named(place_of(custom), [&] { return custom.functions->shape(*custom.node, shapes); })}};
  FOVEA_CHECK(!shapes.empty(), "the caller's operator has neither an input nor a shape function");
  return {{custom.floating, shapes.front()}};
}

void forward(const ir::KernelCall& call) {
  const auto& custom = call.attributes.as<CustomAttributes>();
  const std::vector<Widened> operands(call.inputs.begin(), call.inputs.end());
  std::vector<CustomArray<const double>> inputs;
  for (const Widened& operand : operands)
    inputs.push_back(operand.array());
  const Narrowed y(call.outputs[0]);
  call_named(place_of(custom), [&] { custom.functions->forward({*custom.node, inputs, y.array()}); });
  y.round();
}

std::vector<ir::TensorType> infer_gradient(const ir::InferCall& call) {
  std::vector<ir::TensorType> types;
  for (const std::int64_t i : call.attributes.as<CustomAttributes>().dx)
    types.push_back(call.type(2 + static_cast<std::size_t>(i)));
  return types;
}

void backward(const ir::KernelCall& call) {
  const auto& custom = call.attributes.as<CustomAttributes>();
  const std::vector<Widened> operands(call.inputs.begin(), call.inputs.end());
  std::vector<CustomArray<const double>> inputs;
  std::vector<CustomArray<double>> dx;
  for (std::size_t i = 2; i < operands.size(); ++i) {
    inputs.push_back(operands[i].array());
    dx.push_back({call.inputs[i].shape, {}});
  }
  std::vector<Narrowed> results;
  for (std::size_t i = 0; i < custom.dx.size(); ++i)
    if (call.outputs[i]) {
      results.emplace_back(call.outputs[i]);
      dx[static_cast<std::size_t>(custom.dx[i])] = results.back().array();
    }
  call_named(place_of(custom), [&] {
    custom.functions->backward({*custom.node, inputs, operands[1].array(), operands[0].array(), dx});
  });
  for (const Narrowed& result : results)
    result.round();
}

std::vector<ir::ValueId> gradient(ir::GradientContext& c) {
  CustomAttributes attributes = c.attributes<CustomAttributes>();
  std::vector<ir::ValueId> operands = {c.dy(), c.y()};
  for (std::size_t i = 0; i < c.input_count(); ++i) {
    operands.push_back(c.x(i));
    if (c.needs(i))
      attributes.dx.push_back(static_cast<std::int64_t>(i));
  }
  const std::vector<std::int64_t> wanted = attributes.dx;
  const std::vector<ir::ValueId> made =
      c.graph()
          .add_node(custom_gradient(), std::move(attributes), std::move(operands), c.node().name + "/grad")
          .outputs;
  std::vector<ir::ValueId> gradients(c.input_count(), ir::kNoValue);
  for (std::size_t i = 0; i < wanted.size(); ++i)
    gradients[static_cast<std::size_t>(wanted[i])] = made[i];
  return gradients;
}

}  // namespace

const ir::Operator& custom() {
  static const ir::Operator op{"Custom", {"xs..."}, infer, forward, gradient};
  return op;
}

const ir::Operator& custom_without_backward() {
  static const ir::Operator op{"Custom",
                               {"xs..."},
                               infer,
                               forward,
                               ir::not_differentiable("it was given without a backward function")};
  return op;
}

const ir::Operator& custom_gradient() {
  static const ir::Operator op{"CustomGradient",
                               {"dy", "y", "xs..."},
                               infer_gradient,
                               backward,
                               ir::not_differentiable("second derivatives are not computed")};
  return op;
}

}  // namespace fovea::ops
