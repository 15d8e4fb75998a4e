#pragma once

#include "base/dispatch.hpp"
#include "ir/operator.hpp"

namespace fovea::ops {

/// Shape rule of y = f(x), element by element: the type of the first input.
std::vector<ir::TensorType> same_type(const ir::InferCall& call);
/// The same for a floating operand; InputError for any other.
std::vector<ir::TensorType> floating_type(const ir::InferCall& call);
/// The same for a floating or int64 operand.
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

/// The same for a function that takes an int64, too.
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

}  // namespace fovea::ops
