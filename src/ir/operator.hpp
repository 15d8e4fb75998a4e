#pragma once

#include "fovea/tensor.hpp"
#include "ir/attributes.hpp"
#include "ir/traits.hpp"

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace fovea::ir {

/// Index of a value in its graph; kNoValue stands for an absent optional input or an absent gradient.
using ValueId = std::int32_t;
inline constexpr ValueId kNoValue = -1;

/// Element type and shape of a value. Shapes are always fully known.
struct TensorType {
  DType dtype = DType::F32;
  Shape shape;
  friend bool operator==(const TensorType&, const TensorType&) = default;
};

/// The arguments of a shape rule: attributes and input types (nullptr for an absent optional input).
struct InferCall {
  const Attributes& attributes;
  std::span<const TensorType* const> inputs;

  bool has(std::size_t i) const { return i < inputs.size() && inputs[i] != nullptr; }
  const TensorType& type(std::size_t i) const {
    FOVEA_CHECK(has(i), "input {} is missing", i);
    return *inputs[i];
  }
  const Shape& shape(std::size_t i) const { return type(i).shape; }
  DType dtype(std::size_t i) const { return type(i).dtype; }
};

/// One operand of a kernel call. `data` is nullptr for an absent input or an output that nobody reads.
struct TensorView {
  DType dtype = DType::F32;
  Shape shape;
  void* data = nullptr;

  explicit operator bool() const { return data != nullptr; }
};

/// The arguments of a reference kernel: row-major operands that never overlap.
struct KernelCall {
  const Attributes& attributes;
  std::span<const TensorView> inputs;
  std::span<const TensorView> outputs;

  bool has(std::size_t i) const { return i < inputs.size() && inputs[i].data != nullptr; }
  const Shape& shape(std::size_t i) const { return inputs[i].shape; }
  DType dtype(std::size_t i) const { return inputs[i].dtype; }
  std::int64_t count(std::size_t i) const { return inputs[i].shape.elements(); }
  template <class T>
  const T* input(std::size_t i) const {
    FOVEA_ASSERT(inputs[i].dtype == dtype_of<T>());
    return static_cast<const T*>(inputs[i].data);
  }
  template <class T>
  T* output(std::size_t i = 0) const {
    FOVEA_ASSERT(outputs[i].dtype == dtype_of<T>());
    return static_cast<T*>(outputs[i].data);
  }
};

class GradientContext;

/// The gradient of an operator: a rule that appends nodes, or the reason why there is none.
struct Gradient {
  /// Returns the gradient for every input (kNoValue where `GradientContext::needs` is false or none flows).
  using Rule = std::vector<ValueId> (*)(GradientContext&);
  Rule rule = nullptr;
  std::string_view why_not;  ///< non-empty exactly when `rule` is null

  Gradient(Rule r) : rule(r) {}

private:
  explicit Gradient(std::string_view reason) : why_not(reason) {}
  friend Gradient not_differentiable(std::string_view reason);
};

/// The visible row of an operator without a gradient, e.g. not_differentiable("its result is an integer").
inline Gradient not_differentiable(std::string_view reason) {
  return Gradient(reason);
}

/// Everything fovea knows about one operator of the canonical graph. Operators are immutable constants with
/// static lifetime; two nodes have the same operator exactly when the pointers are equal.
struct Operator {
  using Infer = std::vector<TensorType> (*)(const InferCall&);
  using Kernel = void (*)(const KernelCall&);

  std::string_view name;
  /// Names of the inputs, e.g. {"x", "w", "b?"}: '?' marks an optional one, a last "xs..." takes any number.
  std::vector<std::string_view> inputs;
  /// Output types from input types; throws InputError for operands that do not fit.
  Infer infer = nullptr;
  /// The plain kernel, the definition of the operator. Works for F32 and F64 at least.
  Kernel kernel = nullptr;
  Gradient gradient;
  /// Default attributes; empty for an operator without any.
  Attributes attributes = {};
  Traits traits = {};
};

}  // namespace fovea::ir
