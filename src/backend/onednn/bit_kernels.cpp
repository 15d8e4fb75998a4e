#include "backend/onednn/bit_kernels.hpp"

#include "backend/onednn/parallel.hpp"
#include "backend/onednn/vector_level.hpp"

#include <algorithm>
#include <bit>

#if defined(__x86_64__)
#if defined(__clang__)
#include <immintrin.h>
#else
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"  // g++ 12: its own header names a value it never reads
#include <immintrin.h>
#pragma GCC diagnostic pop
#endif
#define FOVEA_AVX2 __attribute__((target("avx2")))
#define FOVEA_AVX512 __attribute__((target("avx512f,avx512bw,avx512vl")))
#define FOVEA_AVX512_BF16 __attribute__((target("avx512f,avx512bw,avx512vl,avx512bf16")))
#endif

namespace fovea::backend::onednn_detail {
namespace {

float value_of(float x) {
  return x;
}
float value_of(Bf16 x) {
  return std::bit_cast<float>(static_cast<std::uint32_t>(x.bits) << 16);
}

Bf16 rounded(float x) {
  const auto bits = std::bit_cast<std::uint32_t>(x);
  if (x != x)
    return {static_cast<std::uint16_t>(bits >> 16 | 0x40)};  // stays a NaN
  return {static_cast<std::uint16_t>((bits + 0x7FFF + (bits >> 16 & 1)) >> 16)};
}

void round_plain(const float* x, Bf16* y, std::int64_t count) {
  std::transform(x, x + count, y, rounded);
}

struct Positive {
  bool operator()(float x) const { return x > 0; }
};

struct Inside {
  float low, high;
  bool operator()(float x) const { return x >= low && x <= high; }
};

template <class T, class Predicate>
void bits_plain(const T* x, const Predicate& holds, std::uint8_t* bits, std::int64_t count) {
  for (std::int64_t i = 0; i < count; i += 8) {
    unsigned byte = 0;
    for (std::int64_t k = 0; k < std::min<std::int64_t>(8, count - i); ++k)
      byte |= static_cast<unsigned>(holds(value_of(x[i + k]))) << k;
    bits[i / 8] = static_cast<std::uint8_t>(byte);
  }
}

template <class T>
void keep_plain(const T* x, const std::uint8_t* bits, T* y, std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i)
    y[i] = (bits[i / 8] >> (i % 8) & 1) != 0 ? x[i] : T{};
}

#if defined(__x86_64__)

FOVEA_AVX2 inline __m256 load8(const float* x) {
  return _mm256_loadu_ps(x);
}
FOVEA_AVX2 inline __m256 load8(const Bf16* x) {
  const __m128i half = _mm_loadu_si128(reinterpret_cast<const __m128i*>(x));
  return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_cvtepu16_epi32(half), 16));
}

FOVEA_AVX2 inline __m256 test8(const Positive&, __m256 x) {
  return _mm256_cmp_ps(x, _mm256_setzero_ps(), _CMP_GT_OQ);
}
FOVEA_AVX2 inline __m256 test8(const Inside& inside, __m256 x) {
  return _mm256_and_ps(_mm256_cmp_ps(x, _mm256_set1_ps(inside.low), _CMP_GE_OQ),
                       _mm256_cmp_ps(x, _mm256_set1_ps(inside.high), _CMP_LE_OQ));
}

template <class T, class Predicate>
FOVEA_AVX2 void bits_avx2(const T* x, const Predicate& holds, std::uint8_t* bits, std::int64_t count) {
  std::int64_t i = 0;
  for (; i + 8 <= count; i += 8)
    bits[i / 8] = static_cast<std::uint8_t>(_mm256_movemask_ps(test8(holds, load8(x + i))));
  if (i < count)
    bits_plain(x + i, holds, bits + i / 8, count - i);
}

FOVEA_AVX2 inline void keep8(const float* x, std::uint8_t kept, float* y) {
  const __m256i lanes = _mm256_setr_epi32(1, 2, 4, 8, 16, 32, 64, 128);
  const __m256i mask = _mm256_cmpeq_epi32(_mm256_and_si256(_mm256_set1_epi32(kept), lanes), lanes);
  _mm256_storeu_ps(y, _mm256_and_ps(_mm256_castsi256_ps(mask), _mm256_loadu_ps(x)));
}
FOVEA_AVX2 inline void keep8(const Bf16* x, std::uint8_t kept, Bf16* y) {
  const __m128i lanes = _mm_setr_epi16(1, 2, 4, 8, 16, 32, 64, 128);
  const __m128i mask = _mm_cmpeq_epi16(_mm_and_si128(_mm_set1_epi16(kept), lanes), lanes);
  _mm_storeu_si128(reinterpret_cast<__m128i*>(y),
                   _mm_and_si128(mask, _mm_loadu_si128(reinterpret_cast<const __m128i*>(x))));
}

template <class T>
FOVEA_AVX2 void keep_avx2(const T* x, const std::uint8_t* bits, T* y, std::int64_t count) {
  std::int64_t i = 0;
  for (; i + 8 <= count; i += 8)
    keep8(x + i, bits[i / 8], y + i);
  if (i < count)
    keep_plain(x + i, bits + i / 8, y + i, count - i);
}

FOVEA_AVX2 void round_avx2(const float* x, Bf16* y, std::int64_t count) {
  std::int64_t i = 0;
  for (; i + 8 <= count; i += 8) {
    const __m256 values = _mm256_loadu_ps(x + i);
    const __m256i bits = _mm256_castps_si256(values);
    const __m256i upper = _mm256_srli_epi32(bits, 16);
    const __m256i odd = _mm256_and_si256(upper, _mm256_set1_epi32(1));
    const __m256i nearest =
        _mm256_srli_epi32(_mm256_add_epi32(_mm256_add_epi32(bits, _mm256_set1_epi32(0x7FFF)), odd), 16);
    const __m256i nan = _mm256_castps_si256(_mm256_cmp_ps(values, values, _CMP_UNORD_Q));
    const __m256i rounded = _mm256_blendv_epi8(nearest, _mm256_or_si256(upper, _mm256_set1_epi32(0x40)), nan);
    // Packs each half of 128 bits by itself: the first and the third quarter hold the eight numbers.
    const __m256i packed = _mm256_permute4x64_epi64(_mm256_packus_epi32(rounded, rounded), 0b1000);
    _mm_storeu_si128(reinterpret_cast<__m128i*>(y + i), _mm256_castsi256_si128(packed));
  }
  round_plain(x + i, y + i, count - i);
}

FOVEA_AVX512 inline __m512 load16(const float* x) {
  return _mm512_loadu_ps(x);
}
FOVEA_AVX512 inline __m512 load16(const Bf16* x) {
  const __m256i half = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(x));
  return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(half), 16));
}

FOVEA_AVX512 inline __mmask16 test16(const Positive&, __m512 x) {
  return _mm512_cmp_ps_mask(x, _mm512_setzero_ps(), _CMP_GT_OQ);
}
FOVEA_AVX512 inline __mmask16 test16(const Inside& inside, __m512 x) {
  const __mmask16 above = _mm512_cmp_ps_mask(x, _mm512_set1_ps(inside.low), _CMP_GE_OQ);
  return _mm512_mask_cmp_ps_mask(above, x, _mm512_set1_ps(inside.high), _CMP_LE_OQ);
}

template <class T, class Predicate>
FOVEA_AVX512 void bits_avx512(const T* x, const Predicate& holds, std::uint8_t* bits, std::int64_t count) {
  std::int64_t i = 0;
  for (; i + 16 <= count; i += 16)
    _store_mask16(reinterpret_cast<__mmask16*>(bits + i / 8), test16(holds, load16(x + i)));
  if (i < count)
    bits_plain(x + i, holds, bits + i / 8, count - i);
}

FOVEA_AVX512 inline void keep16(const float* x, __mmask16 kept, float* y) {
  _mm512_storeu_ps(y, _mm512_maskz_loadu_ps(kept, x));
}
FOVEA_AVX512 inline void keep16(const Bf16* x, __mmask16 kept, Bf16* y) {
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(y), _mm256_maskz_loadu_epi16(kept, x));
}

template <class T>
FOVEA_AVX512 void keep_avx512(const T* x, const std::uint8_t* bits, T* y, std::int64_t count) {
  std::int64_t i = 0;
  for (; i + 16 <= count; i += 16)
    keep16(x + i, _load_mask16(reinterpret_cast<__mmask16*>(const_cast<std::uint8_t*>(bits + i / 8))), y + i);
  if (i < count)
    keep_plain(x + i, bits + i / 8, y + i, count - i);
}

FOVEA_AVX512_BF16 void round_avx512(const float* x, Bf16* y, std::int64_t count) {
  std::int64_t i = 0;
  for (; i + 16 <= count; i += 16) {
    const __m256bh half = _mm512_cvtneps_pbh(_mm512_loadu_ps(x + i));
    __builtin_memcpy(y + i, &half, sizeof(half));
  }
  round_plain(x + i, y + i, count - i);
}

#endif

void round_to_bf16(const float* x, Bf16* y, std::int64_t count) {
#if defined(__x86_64__)
  if (vector_level() >= VectorLevel::Avx512Bf16)
    return round_avx512(x, y, count);
  if (vector_level() >= VectorLevel::Avx2)
    return round_avx2(x, y, count);
#endif
  round_plain(x, y, count);
}

/// Elements that stay in the first cache between two passes over them.
constexpr std::int64_t kChunk = 1 << 12;

template <class T, class Predicate>
void make_bits_of_part(const T* x, const Predicate& holds, std::uint8_t* bits, std::int64_t count) {
#if defined(__x86_64__)
  if (vector_level() >= VectorLevel::Avx512)
    return bits_avx512(x, holds, bits, count);
  if (vector_level() >= VectorLevel::Avx2)
    return bits_avx2(x, holds, bits, count);
#endif
  bits_plain(x, holds, bits, count);
}

template <class T, class Predicate>
void make_bits(const T* x, const Predicate& holds, std::uint8_t* bits, std::int64_t count) {
  share(count, [=](std::int64_t begin, std::int64_t end) {
    make_bits_of_part(x + begin, holds, bits + begin / 8, end - begin);
  });
}

template <class T>
void keep_part(const T* x, const std::uint8_t* bits, T* y, std::int64_t count) {
#if defined(__x86_64__)
  if (vector_level() >= VectorLevel::Avx512)
    return keep_avx512(x, bits, y, count);
  if (vector_level() >= VectorLevel::Avx2)
    return keep_avx2(x, bits, y, count);
#endif
  keep_plain(x, bits, y, count);
}

template <class T>
void keep(const T* x, const std::uint8_t* bits, T* y, std::int64_t count) {
  share(count, [=](std::int64_t begin, std::int64_t end) {
    keep_part(x + begin, bits + begin / 8, y + begin, end - begin);
  });
}

/// Runs `part(begin, end)` over the shared work in chunks.
template <class Part>
void share_chunks(std::int64_t count, const Part& part) {
  share(count, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t at = begin; at < end; at += kChunk)
      part(at, std::min(end, at + kChunk));
  });
}

}  // namespace

void bits_positive(const float* x, std::uint8_t* bits, std::int64_t count) {
  make_bits(x, Positive(), bits, count);
}
void bits_positive(const Bf16* x, std::uint8_t* bits, std::int64_t count) {
  make_bits(x, Positive(), bits, count);
}

void bits_positive(const float* x, std::uint8_t* bits, Bf16* copy, std::int64_t count) {
  share_chunks(count, [=](std::int64_t begin, std::int64_t end) {
    make_bits_of_part(x + begin, Positive(), bits + begin / 8, end - begin);
    round_to_bf16(x + begin, copy + begin, end - begin);
  });
}

void bits_inside(const float* x, float low, float high, std::uint8_t* bits, std::int64_t count) {
  make_bits(x, Inside{low, high}, bits, count);
}
void bits_inside(const Bf16* x, float low, float high, std::uint8_t* bits, std::int64_t count) {
  make_bits(x, Inside{low, high}, bits, count);
}

void keep_where(const float* x, const std::uint8_t* bits, float* y, std::int64_t count) {
  keep(x, bits, y, count);
}
void keep_where(const Bf16* x, const std::uint8_t* bits, Bf16* y, std::int64_t count) {
  keep(x, bits, y, count);
}

void keep_where(const float* x, const std::uint8_t* bits, float* y, Bf16* copy, std::int64_t count) {
  share_chunks(count, [=](std::int64_t begin, std::int64_t end) {
    keep_part(x + begin, bits + begin / 8, y + begin, end - begin);
    round_to_bf16(y + begin, copy + begin, end - begin);
  });
}

}  // namespace fovea::backend::onednn_detail
