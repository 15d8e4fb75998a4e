// Compiled for the architecture's minimum, whatever flags the others have: src/CMakeLists.txt.
#include "base/processor.hpp"

namespace fovea {

std::uint32_t instructions_of_processor() {
  std::uint32_t bits = 0;
#if defined(__x86_64__)
  // May run before the constructors of the compiler's own library.
  __builtin_cpu_init();
  bits |= __builtin_cpu_supports("sse4.2") ? 1U << 0 : 0;
  bits |= __builtin_cpu_supports("popcnt") ? 1U << 1 : 0;
  bits |= __builtin_cpu_supports("avx") ? 1U << 2 : 0;
  bits |= __builtin_cpu_supports("avx2") ? 1U << 3 : 0;
  bits |= __builtin_cpu_supports("fma") ? 1U << 4 : 0;
  bits |= __builtin_cpu_supports("bmi") ? 1U << 5 : 0;
  bits |= __builtin_cpu_supports("bmi2") ? 1U << 6 : 0;
  bits |= __builtin_cpu_supports("avx512f") ? 1U << 7 : 0;
  bits |= __builtin_cpu_supports("avx512bw") ? 1U << 8 : 0;
  bits |= __builtin_cpu_supports("avx512dq") ? 1U << 9 : 0;
  bits |= __builtin_cpu_supports("avx512vl") ? 1U << 10 : 0;
#endif
  return bits;
}

const char* first_missing_instructions(std::uint32_t needed, std::uint32_t present) {
  static constexpr const char* names[] = {"SSE4.2", "POPCNT",  "AVX",      "AVX2",     "FMA",     "BMI",
                                          "BMI2",   "AVX512F", "AVX512BW", "AVX512DQ", "AVX512VL"};
  for (std::uint32_t bit = 0; bit < sizeof(names) / sizeof(names[0]); ++bit)
    if ((needed >> bit & 1) != 0 && (present >> bit & 1) == 0)
      return names[bit];
  return nullptr;
}

}  // namespace fovea
