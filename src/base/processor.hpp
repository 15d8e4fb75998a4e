#pragma once

#include <cstdint>

namespace fovea {

/// Instruction sets that the compiler may use beyond the minimum of x86-64, as bits in ascending order; 0 on
/// other architectures. Files are compiled for the minimum unless fovea is built for more (-march=...).
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

/// The same bits for the processor that runs the program, as far as its operating system supports them.
std::uint32_t instructions_of_processor();

/// Whether the processor has AVX2.
inline bool has_avx2() {
  return (instructions_of_processor() >> 3 & 1) != 0;
}

/// The name of the first instruction set in `needed` that is not in `present` ("AVX2"); null if none is
/// missing.
const char* first_missing_instructions(std::uint32_t needed, std::uint32_t present);

}  // namespace fovea
