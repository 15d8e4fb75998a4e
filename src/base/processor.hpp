#pragma once

#include <cstdint>

namespace fovea {

/// What x86-64 processors may have beyond the architecture's minimum, as bits in rising order; other
/// architectures have no bits. Files are compiled for the minimum unless whoever builds fovea asks for more
/// (-march=...).
constexpr std::uint32_t instructions_of_compiler() {
  std::uint32_t bits = 0;
#if defined(__SSE4_2__)
  bits |= 1U << 0;
#endif
#if defined(__POPCNT__)
  bits |= 1U << 1;
#endif
#if defined(__AVX__)
  bits |= 1U << 2;
#endif
#if defined(__AVX2__)
  bits |= 1U << 3;
#endif
#if defined(__FMA__)
  bits |= 1U << 4;
#endif
#if defined(__BMI__)
  bits |= 1U << 5;
#endif
#if defined(__BMI2__)
  bits |= 1U << 6;
#endif
#if defined(__AVX512F__)
  bits |= 1U << 7;
#endif
#if defined(__AVX512BW__)
  bits |= 1U << 8;
#endif
#if defined(__AVX512DQ__)
  bits |= 1U << 9;
#endif
#if defined(__AVX512VL__)
  bits |= 1U << 10;
#endif
  return bits;
}

/// The same of the processor that runs this, so far as its operating system lets it be used.
std::uint32_t instructions_of_processor();

/// The name of the first of `needed` that is not in `present` ("AVX2"), null where none is missing.
const char* first_missing_instructions(std::uint32_t needed, std::uint32_t present);

}  // namespace fovea
