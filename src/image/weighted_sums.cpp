#include "image/weighted_sums.hpp"

#include "base/processor.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace fovea {
namespace {

constexpr std::int32_t kHalf = 1 << (kWeightBits - 1);
constexpr int kLowBits = 12;  ///< of the lower part of a weight; the upper one has 11

std::uint8_t to_byte(std::int32_t sum) {
  return static_cast<std::uint8_t>(std::clamp(sum >> kWeightBits, 0, 255));
}

/// One pixel of so many channels.
template <std::size_t Channels>
void filter_pixel(const std::uint8_t* source, const Taps& taps, std::uint8_t* destination) {
  std::array<std::int32_t, Channels> sums;
  sums.fill(kHalf);
  const std::uint8_t* pixel = source + taps.first * static_cast<std::int64_t>(Channels);
  for (const std::int32_t weight : taps.weights)
    for (std::int32_t& sum : sums)
      sum += *pixel++ * weight;
  std::transform(sums.begin(), sums.end(), destination, to_byte);
}

template <std::size_t Channels>
void filter_row(const std::uint8_t* source, const ResizeFilter& filter, std::uint8_t* destination) {
  for (std::int64_t x = 0; x < filter.samples(); ++x, destination += Channels)
    filter_pixel<Channels>(source, filter.taps(x), destination);
}

#if defined(__x86_64__)
/// Weighted sums of four samples each. pmaddwd multiplies 16-bit numbers and adds up pairs of products: those
/// of two samples and two weights. The sums of the weights' upper and lower parts are put together at the
/// end, so that the result is that of `plain`, bit for bit.
class FourSums {
public:
  /// `samples`: four pairs of 16-bit numbers.
  void add(__m128i samples, __m128i high_weights, __m128i low_weights) {
    high_ = _mm_add_epi32(high_, _mm_madd_epi16(samples, high_weights));
    low_ = _mm_add_epi32(low_, _mm_madd_epi16(samples, low_weights));
  }
  /// As 32-bit numbers.
  __m128i rounded() const {
    return _mm_srai_epi32(_mm_add_epi32(_mm_slli_epi32(high_, kLowBits), low_), kWeightBits);
  }

private:
  __m128i high_ = _mm_setzero_si128(), low_ = _mm_set1_epi32(kHalf);
};

__m128i all_of(std::uint32_t word) {
  return _mm_set1_epi32(static_cast<std::int32_t>(word));
}

__m128i load_four(const std::uint8_t* bytes) {
  std::int32_t word;
  std::memcpy(&word, bytes, sizeof word);
  return _mm_cvtsi32_si128(word);
}

__m128i load_sixteen(const std::uint8_t* bytes) {
  return _mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes));
}

/// One pixel of three channels; reads one byte beyond the pixels of the pairs.
void filter_colour_pixel(const std::uint8_t* source, const Taps& taps, std::uint8_t* destination) {
  const __m128i zero = _mm_setzero_si128();
  const std::uint8_t* pixel = source + 3 * taps.first;
  FourSums sums;
  for (std::size_t k = 0; k < taps.weights.size(); k += 2, pixel += 6) {
    const __m128i both = _mm_unpacklo_epi8(load_four(pixel), load_four(pixel + 3));
    sums.add(_mm_unpacklo_epi8(both, zero), all_of(taps.high[k / 2]), all_of(taps.low[k / 2]));
  }
  const __m128i words = _mm_packs_epi32(sums.rounded(), zero);
  const std::int32_t bytes = _mm_cvtsi128_si32(_mm_packus_epi16(words, zero));
  std::memcpy(destination, &bytes, 3);
}

/// Sixteen samples of a row of the result. `source`: the first of the rows that make them.
void filter_sixteen(const std::uint8_t* source, std::int64_t stride, const Taps& taps,
                    std::uint8_t* destination) {
  const __m128i zero = _mm_setzero_si128();
  std::array<FourSums, 4> sums;
  for (std::size_t k = 0; k < taps.weights.size(); k += 2, source += 2 * stride) {
    const __m128i first = load_sixteen(source);
    const __m128i second = k + 1 < taps.weights.size() ? load_sixteen(source + stride) : zero;
    const __m128i left = _mm_unpacklo_epi8(first, second), right = _mm_unpackhi_epi8(first, second);
    const __m128i high = all_of(taps.high[k / 2]), low = all_of(taps.low[k / 2]);
    sums[0].add(_mm_unpacklo_epi8(left, zero), high, low);
    sums[1].add(_mm_unpackhi_epi8(left, zero), high, low);
    sums[2].add(_mm_unpacklo_epi8(right, zero), high, low);
    sums[3].add(_mm_unpackhi_epi8(right, zero), high, low);
  }
  const __m128i bytes = _mm_packus_epi16(_mm_packs_epi32(sums[0].rounded(), sums[1].rounded()),
                                         _mm_packs_epi32(sums[2].rounded(), sums[3].rounded()));
  _mm_storeu_si128(reinterpret_cast<__m128i*>(destination), bytes);
}

/// Bytes that filter_colour_pixel reads from the first pixel of its last pair on.
constexpr std::int64_t kPairBytes = 7;

void filter_colour_row_sse2(const std::uint8_t* source, std::int64_t pixels, const ResizeFilter& filter,
                            std::uint8_t* destination) {
  for (std::int64_t x = 0; x < filter.samples(); ++x, destination += 3) {
    const Taps taps = filter.taps(x);
    const auto last_pair = taps.first + (static_cast<std::int64_t>(taps.weights.size()) - 1) / 2 * 2;
    if (3 * last_pair + kPairBytes <= 3 * pixels)
      filter_colour_pixel(source, taps, destination);
    else
      filter_pixel<3>(source, taps, destination);
  }
}

/// Four weights at a time: one shuffle puts the samples of a channel next to each other as 16-bit numbers.
[[gnu::target("avx2")]] void filter_colour_row_avx2(const std::uint8_t* source, std::int64_t pixels,
                                                    const ResizeFilter& filter, std::uint8_t* destination) {
  const __m256i gather =
      _mm256_setr_epi8(0, -1, 3, -1, 6, -1, 9, -1, 1, -1, 4, -1, 7, -1, 10, -1,  // red, green
                       2, -1, 5, -1, 8, -1, 11, -1, -1, -1, -1, -1, -1, -1, -1, -1);
  constexpr std::int64_t kReadBytes = 16;
  for (std::int64_t x = 0; x < filter.samples(); ++x, destination += 3) {
    const Taps taps = filter.taps(x);
    const auto last_four = taps.first + (static_cast<std::int64_t>(taps.weights.size()) - 1) / 4 * 4;
    if (3 * last_four + kReadBytes > 3 * pixels) {
      filter_pixel<3>(source, taps, destination);
      continue;
    }
    const std::uint8_t* pixel = source + 3 * taps.first;
    __m256i high = _mm256_setzero_si256(), low = high;
    for (std::size_t k = 0; k < taps.high.size(); k += 2, pixel += 12) {
      const __m256i samples = _mm256_shuffle_epi8(
          _mm256_broadcastsi128_si256(_mm_loadu_si128(reinterpret_cast<const __m128i*>(pixel))), gather);
      long long high_weights, low_weights;
      std::memcpy(&high_weights, &taps.high[k], sizeof high_weights);
      std::memcpy(&low_weights, &taps.low[k], sizeof low_weights);
      high = _mm256_add_epi32(high, _mm256_madd_epi16(samples, _mm256_set1_epi64x(high_weights)));
      low = _mm256_add_epi32(low, _mm256_madd_epi16(samples, _mm256_set1_epi64x(low_weights)));
    }
    const __m256i parts = _mm256_add_epi32(_mm256_slli_epi32(high, kLowBits), low);
    const __m256i sums = _mm256_add_epi32(parts, _mm256_shuffle_epi32(parts, 0xB1));
    const __m256i rounded = _mm256_srai_epi32(_mm256_add_epi32(sums, _mm256_set1_epi32(kHalf)), kWeightBits);
    const __m128i red_green = _mm256_castsi256_si128(rounded), blue = _mm256_extracti128_si256(rounded, 1);
    destination[0] = static_cast<std::uint8_t>(std::min(_mm_cvtsi128_si32(red_green), 255));
    destination[1] = static_cast<std::uint8_t>(std::min(_mm_extract_epi32(red_green, 2), 255));
    destination[2] = static_cast<std::uint8_t>(std::min(_mm_cvtsi128_si32(blue), 255));
  }
}
#endif

}  // namespace

ResizeFilter::ResizeFilter(std::int64_t samples, std::int64_t most)
    : most_(static_cast<std::size_t>(most)), pairs_((most_ + 3) / 4 * 2),
      firsts_(static_cast<std::size_t>(samples)), counts_(firsts_.size()), weights_(firsts_.size() * most_),
      high_(firsts_.size() * pairs_), low_(high_.size()) {}

void ResizeFilter::set(std::int64_t sample, std::int64_t first, std::span<const std::int32_t> weights) {
  const auto i = static_cast<std::size_t>(sample);
  firsts_[i] = first;
  counts_[i] = static_cast<std::int64_t>(weights.size());
  std::copy(weights.begin(), weights.end(), &weights_[i * most_]);
  std::fill_n(&high_[i * pairs_], pairs_, 0);
  std::fill_n(&low_[i * pairs_], pairs_, 0);
  for (std::size_t k = 0; k < weights.size(); ++k) {
    constexpr std::uint32_t low = (1U << kLowBits) - 1;
    const auto weight = static_cast<std::uint32_t>(weights[k]);
    const std::size_t at = i * pairs_ + k / 2, shift = k % 2 * 16;
    high_[at] |= (weight >> kLowBits) << shift;
    low_[at] |= (weight & low) << shift;
  }
}

namespace plain {

void filter_colour_row(const std::uint8_t* source, const ResizeFilter& filter, std::uint8_t* destination) {
  filter_row<3>(source, filter, destination);
}

void filter_rows(const std::uint8_t* source, std::int64_t stride, const Taps& taps, std::int64_t count,
                 std::uint8_t* destination) {
  for (std::int64_t i = 0; i < count; ++i) {
    std::int32_t sum = kHalf;
    const std::uint8_t* sample = source + taps.first * stride + i;
    for (const std::int32_t weight : taps.weights) {
      sum += *sample * weight;
      sample += stride;
    }
    destination[i] = to_byte(sum);
  }
}

}  // namespace plain

void filter_grey_row(const std::uint8_t* source, const ResizeFilter& filter, std::uint8_t* destination) {
  filter_row<1>(source, filter, destination);
}

void filter_colour_row(const std::uint8_t* source, std::int64_t pixels, const ResizeFilter& filter,
                       std::uint8_t* destination) {
#if defined(__x86_64__)
  static const bool use_avx2 = has_avx2();
  return use_avx2 ? filter_colour_row_avx2(source, pixels, filter, destination)
                  : filter_colour_row_sse2(source, pixels, filter, destination);
#else
  static_cast<void>(pixels);
  plain::filter_colour_row(source, filter, destination);
#endif
}

void filter_rows(const std::uint8_t* source, std::int64_t stride, const Taps& taps, std::int64_t count,
                 std::uint8_t* destination) {
  std::int64_t done = 0;
#if defined(__x86_64__)
  for (; done + 16 <= count; done += 16)
    filter_sixteen(source + taps.first * stride + done, stride, taps, destination + done);
#endif
  plain::filter_rows(source + done, stride, taps, count - done, destination + done);
}

}  // namespace fovea
