#pragma once

// A vector of the instructions that a file is compiled for, in namespace FOVEA_VECTOR_LEVEL and under the
// rules of vector_kernels_body.hpp. FOVEA_VECTOR_FLOATS is the number of its floats.
#include <cstdint>

namespace fovea::backend::onednn_detail::FOVEA_VECTOR_LEVEL {
namespace {

using Count = std::int64_t;

constexpr Count kFloats = FOVEA_VECTOR_FLOATS;
using Vector = float __attribute__((vector_size(4 * kFloats)));

/// What lies at an address, which need not be a multiple of the vector's size.
template <class V>
inline V load(const float* from) {
  V value;
  __builtin_memcpy(&value, from, sizeof value);
  return value;
}
template <class V>
inline void store(float* to, V value) {
  __builtin_memcpy(to, &value, sizeof value);
}

}  // namespace
}  // namespace fovea::backend::onednn_detail::FOVEA_VECTOR_LEVEL
