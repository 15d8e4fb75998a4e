#pragma once

#include "ops/broadcast.hpp"

namespace fovea::ops {

/// Shape rule of z = f(a, b) with broadcasting, where z is bool and both operands have one element type.
std::vector<ir::TensorType> comparison_type(const ir::InferCall& call);
/// The same for operands that must be bool.
std::vector<ir::TensorType> logical_type(const ir::InferCall& call);

/// Kernel of z = f(a, b) with broadcasting, for every element type.
template <class Function>
void comparison_kernel(const ir::KernelCall& call) {
  dispatch(call.dtype(0), [&]<class T>(T) { broadcast_kernel<T, bool>(call, Function()); });
}

}  // namespace fovea::ops
