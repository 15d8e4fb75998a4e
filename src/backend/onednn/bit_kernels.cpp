#include "backend/onednn/bit_kernels.hpp"

#include <omp.h>

#include <algorithm>
#include <cstddef>

#if defined(__x86_64__)
#include <immintrin.h>
#define FOVEA_AVX512 __attribute__((target("avx512f,avx512bw,avx512vl")))
#endif

namespace fovea::backend::onednn_detail {
namespace {

/// Elements that one thread takes at least: less is not worth waking another for.
constexpr std::int64_t kGrain = 1 << 13;

/// Runs `part(begin, end)` over [0, count) on the threads of the run; parts begin at multiples of 512.
template <class Part>
void share(std::int64_t count, const Part& part) {
  const auto threads = std::min<std::int64_t>(omp_get_max_threads(), (count + kGrain - 1) / kGrain);
  if (threads <= 1)
    return part(std::int64_t{0}, count);
  const std::int64_t each = ((count + threads - 1) / threads + 511) / 512 * 512;
#pragma omp parallel for num_threads(static_cast <int>(threads)) schedule(static)
  for (std::int64_t t = 0; t < threads; ++t)
    if (t * each < count)
      part(t * each, std::min(count, (t + 1) * each));
}

template <class Predicate>
void bits_plain(const float* x, const Predicate& holds, std::uint8_t* bits, std::int64_t count) {
  for (std::int64_t i = 0; i < count; i += 8) {
    unsigned byte = 0;
    for (std::int64_t k = 0; k < std::min<std::int64_t>(8, count - i); ++k)
      byte |= static_cast<unsigned>(holds(x[i + k])) << k;
    bits[i / 8] = static_cast<std::uint8_t>(byte);
  }
}

void bits_positive_plain(const float* x, std::uint8_t* bits, std::int64_t count) {
  bits_plain(
      x, [](float value) { return value > 0; }, bits, count);
}

void bits_inside_plain(const float* x, float low, float high, std::uint8_t* bits, std::int64_t count) {
  bits_plain(
      x, [=](float value) { return value >= low && value <= high; }, bits, count);
}

void keep_where_plain(const float* x, const std::uint8_t* bits, float* y, std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i)
    y[i] = (bits[i / 8] >> (i % 8) & 1) != 0 ? x[i] : 0.0F;
}

#if defined(__x86_64__)

FOVEA_AVX512 void bits_positive_avx512(const float* x, std::uint8_t* bits, std::int64_t count) {
  std::int64_t i = 0;
  for (; i + 16 <= count; i += 16)
    _store_mask16(reinterpret_cast<__mmask16*>(bits + i / 8),
                  _mm512_cmp_ps_mask(_mm512_loadu_ps(x + i), _mm512_setzero_ps(), _CMP_GT_OQ));
  if (i < count)
    bits_positive_plain(x + i, bits + i / 8, count - i);
}

FOVEA_AVX512 void bits_inside_avx512(const float* x, float low, float high, std::uint8_t* bits,
                                     std::int64_t count) {
  const __m512 bottom = _mm512_set1_ps(low), top = _mm512_set1_ps(high);
  std::int64_t i = 0;
  for (; i + 16 <= count; i += 16) {
    const __m512 value = _mm512_loadu_ps(x + i);
    const __mmask16 above = _mm512_cmp_ps_mask(value, bottom, _CMP_GE_OQ);
    _store_mask16(reinterpret_cast<__mmask16*>(bits + i / 8),
                  _mm512_mask_cmp_ps_mask(above, value, top, _CMP_LE_OQ));
  }
  if (i < count)
    bits_inside_plain(x + i, low, high, bits + i / 8, count - i);
}

FOVEA_AVX512 void keep_where_avx512(const float* x, const std::uint8_t* bits, float* y, std::int64_t count) {
  std::int64_t i = 0;
  for (; i + 16 <= count; i += 16) {
    const __mmask16 kept =
        _load_mask16(reinterpret_cast<__mmask16*>(const_cast<std::uint8_t*>(bits + i / 8)));
    _mm512_storeu_ps(y + i, _mm512_maskz_loadu_ps(kept, x + i));
  }
  if (i < count)
    keep_where_plain(x + i, bits + i / 8, y + i, count - i);
}

bool has_avx512() {
  static const bool has = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                          __builtin_cpu_supports("avx512vl");
  return has;
}

#endif

}  // namespace

void bits_positive(const float* x, std::uint8_t* bits, std::int64_t count) {
  share(count, [=](std::int64_t begin, std::int64_t end) {
#if defined(__x86_64__)
    if (has_avx512())
      return bits_positive_avx512(x + begin, bits + begin / 8, end - begin);
#endif
    bits_positive_plain(x + begin, bits + begin / 8, end - begin);
  });
}

void bits_inside(const float* x, float low, float high, std::uint8_t* bits, std::int64_t count) {
  share(count, [=](std::int64_t begin, std::int64_t end) {
#if defined(__x86_64__)
    if (has_avx512())
      return bits_inside_avx512(x + begin, low, high, bits + begin / 8, end - begin);
#endif
    bits_inside_plain(x + begin, low, high, bits + begin / 8, end - begin);
  });
}

void keep_where(const float* x, const std::uint8_t* bits, float* y, std::int64_t count) {
  share(count, [=](std::int64_t begin, std::int64_t end) {
#if defined(__x86_64__)
    if (has_avx512())
      return keep_where_avx512(x + begin, bits + begin / 8, y + begin, end - begin);
#endif
    keep_where_plain(x + begin, bits + begin / 8, y + begin, end - begin);
  });
}

}  // namespace fovea::backend::onednn_detail
