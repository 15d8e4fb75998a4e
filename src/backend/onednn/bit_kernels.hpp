#pragma once

#include <cstddef>
#include <cstdint>

/// Masks of one bit an element, eight a byte, the lowest bit first. All kernels share their work between the
/// OpenMP threads of the run; by the vector level (vector_level.hpp) they take sixteen, eight elements or one
/// at a time, with equal results: only a NaN's payload and numbers below the smallest normal one may be
/// rounded to bfloat16 in different ways.
namespace fovea::backend::onednn_detail {

/// A bfloat16 number: the upper half of a float.
struct Bf16 {
  std::uint16_t bits;
};

/// Bytes of a mask of so many elements.
constexpr std::size_t bytes_for_bits(std::int64_t count) {
  return static_cast<std::size_t>((count + 15) / 16 * 2);
}

/// bits[i] = x[i] > 0; false for NaN.
void bits_positive(const float* x, std::uint8_t* bits, std::int64_t count);
void bits_positive(const Bf16* x, std::uint8_t* bits, std::int64_t count);
/// The same, and a copy of x rounded to bfloat16 (to nearest, ties to even).
void bits_positive(const float* x, std::uint8_t* bits, Bf16* copy, std::int64_t count);

/// bits[i] = low <= x[i] <= high; false for NaN.
void bits_inside(const float* x, float low, float high, std::uint8_t* bits, std::int64_t count);
void bits_inside(const Bf16* x, float low, float high, std::uint8_t* bits, std::int64_t count);

/// y[i] = bits[i] ? x[i] : 0; y may be x.
void keep_where(const float* x, const std::uint8_t* bits, float* y, std::int64_t count);
void keep_where(const Bf16* x, const std::uint8_t* bits, Bf16* y, std::int64_t count);
/// The same, and a copy of y rounded to bfloat16.
void keep_where(const float* x, const std::uint8_t* bits, float* y, Bf16* copy, std::int64_t count);

}  // namespace fovea::backend::onednn_detail
