#pragma once

// A vector of the instructions that a file is compiled for, in namespace FOVEA_VECTOR_LEVEL and under the
// rules of vector_kernels_body.hpp. FOVEA_VECTOR_FLOATS is the number of its floats.
#include <cstdint>

namespace fovea::backend::onednn_detail::FOVEA_VECTOR_LEVEL {
namespace {

using Count = std::int64_t;

constexpr Count kFloats = FOVEA_VECTOR_FLOATS;
/// A vector at any address.
using Vector = float __attribute__((vector_size(4 * kFloats), aligned(4), may_alias));

template <class V>
inline V load(const float* from) {
  return *reinterpret_cast<const V*>(from);
}
template <class V>
inline void store(float* to, V value) {
  *reinterpret_cast<V*>(to) = value;
}

}  // namespace
}  // namespace fovea::backend::onednn_detail::FOVEA_VECTOR_LEVEL
