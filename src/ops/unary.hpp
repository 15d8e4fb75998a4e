#pragma once

#include "base/dispatch.hpp"
#include "ir/gradient_context.hpp"
#include "ir/operator.hpp"

#include <type_traits>

namespace fovea::ops {

/// Shape rule of y = f(x), element by element: the type of the first input.
std::vector<ir::TensorType> same_type(const ir::InferCall& call);
/// Shape rule of y = f(x) for a floating operand; InputError for any other.
std::vector<ir::TensorType> floating_type(const ir::InferCall& call);
/// Shape rule of y = f(x) for a floating or int64 operand.
std::vector<ir::TensorType> numeric_type(const ir::InferCall& call);
/// Shape rule of a mask: a bool for each element of a floating operand.
std::vector<ir::TensorType> mask_type(const ir::InferCall& call);
/// Shape rule of dx = dy * f'(x): both inputs of one type, which is the result's.
std::vector<ir::TensorType> same_type_pair(const ir::InferCall& call);

namespace detail {

template <class Function, class T>
void apply(const ir::KernelCall& call) {
  const Function f(call.attributes);
  const T* x = call.input<T>(0);
  T* y = call.output<T>();
  for (std::int64_t i = 0, n = call.count(0); i < n; ++i)
    y[i] = f(x[i]);
}

}  // namespace detail

/// Kernel of y = f(x). `Function` is constructed from the node's attributes and called with a float or
/// double.
template <class Function>
void unary_kernel(const ir::KernelCall& call) {
  dispatch_floating(call.dtype(0), [&]<class T>(T) { detail::apply<Function, T>(call); });
}

/// Kernel of y = f(x) for a function that also takes an int64.
template <class Function>
void unary_numeric_kernel(const ir::KernelCall& call) {
  dispatch_numeric(call.dtype(0), [&]<class T>(T) { detail::apply<Function, T>(call); });
}

/// Kernel of dx = dy * f'(x), with inputs (dy, x). `Function::derivative` gives f'(x).
template <class Function>
void unary_gradient_kernel(const ir::KernelCall& call) {
  dispatch_floating(call.dtype(0), [&]<class T>(T) {
    const Function f(call.attributes);
    const T* dy = call.input<T>(0);
    const T* x = call.input<T>(1);
    T* dx = call.output<T>();
    for (std::int64_t i = 0, n = call.count(0); i < n; ++i)
      dx[i] = dy[i] * f.derivative(x[i]);
  });
}

/// A gradient rule: dx is the given operator of (dy, x), with the node's attributes.
template <const ir::Operator& (*op)()>
std::vector<ir::ValueId> from_x(ir::GradientContext& c) {
  return {c.emit(op(), {c.dy(), c.x()}, c.node().attributes)};
}
/// A gradient rule: dx is the given operator of (dy, y), so that x need not be kept.
template <const ir::Operator& (*op)()>
std::vector<ir::ValueId> from_y(ir::GradientContext& c) {
  return {c.emit(op(), {c.dy(), c.y()}, c.node().attributes)};
}

/// The function of a row in the form that kernels call: `F` is a lambda of x, and of the attributes if there
/// are any.
template <class F, class RowAttributes = void>
struct RowFunction {
  explicit RowFunction(const ir::Attributes& attributes) : a(attributes.as<RowAttributes>()) {}
  template <class T>
  T operator()(T x) const {
    return F{}(x, a);
  }
  template <class T>
  T derivative(T x) const {
    return F{}(x, a);
  }
  const RowAttributes& a;
};
template <class F>
struct RowFunction<F, void> {
  explicit RowFunction(const ir::Attributes&) {}
  template <class T>
  T operator()(T x) const {
    return F{}(x);
  }
  template <class T>
  T derivative(T x) const {
    return F{}(x);
  }
};

/// A row of the table of functions (functions.cpp): y = f(x), element by element, with the operator's traits.
template <class RowAttributes = void, class F>
ir::Operator function(std::string_view name, F, ir::Gradient gradient, ir::Traits traits) {
  traits.pointwise = true;
  ir::Operator row{name,     {"x"}, floating_type, unary_kernel<RowFunction<F, RowAttributes>>,
                   gradient, {},    traits};
  if constexpr (!std::is_void_v<RowAttributes>)
    row.attributes = RowAttributes{};
  return row;
}

/// A row for a function that also takes an int64.
template <class F>
ir::Operator numeric_function(std::string_view name, F f, ir::Gradient gradient, const ir::Traits& traits) {
  ir::Operator row = function(name, f, gradient, traits);
  row.infer = numeric_type;
  row.kernel = unary_numeric_kernel<RowFunction<F>>;
  return row;
}

/// The row of a function's gradient: dx = dy * f'(second), where `second` is "x" or "y".
template <class RowAttributes = void, class F>
ir::Operator slope(std::string_view name, std::string_view second, F, const ir::Traits& traits = {}) {
  ir::Operator row{name,
                   {"dy", second},
                   same_type_pair,
                   unary_gradient_kernel<RowFunction<F, RowAttributes>>,
                   ir::not_differentiable("second derivatives are not computed"),
                   {},
                   traits};
  if constexpr (!std::is_void_v<RowAttributes>)
    row.attributes = RowAttributes{};
  return row;
}

}  // namespace fovea::ops
