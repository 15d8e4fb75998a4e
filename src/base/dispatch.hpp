#pragma once

#include "base/check.hpp"
#include "fovea/tensor.hpp"

#include <cstdint>

namespace fovea {

/// Calls `f(T{})` with the C++ type of `dtype`.
template <class F>
void dispatch(DType dtype, F&& f) {
  switch (dtype) {
  case DType::F32:
    return f(float{});
  case DType::F64:
    return f(double{});
  case DType::I32:
    return f(std::int32_t{});
  case DType::I64:
    return f(std::int64_t{});
  case DType::Bool:
    return f(bool{});
  }
  FOVEA_ASSERT(!"unknown element type");
}

/// Calls `f(T{})` for float or double; InputError for any other type.
template <class F>
void dispatch_floating(DType dtype, F&& f) {
  if (dtype == DType::F32)
    return f(float{});
  FOVEA_CHECK(dtype == DType::F64, "expected a floating-point tensor, found {}", name_of(dtype));
  f(double{});
}

/// The types of dispatch_numeric: float, double and int64.
inline bool is_numeric(DType dtype) {
  return is_floating(dtype) || dtype == DType::I64;
}

/// Calls `f(T{})` for float, double or int64; InputError for any other type.
template <class F>
void dispatch_numeric(DType dtype, F&& f) {
  if (dtype == DType::I64)
    return f(std::int64_t{});
  dispatch_floating(dtype, f);
}

}  // namespace fovea
