#include "explain/noise.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

/// Normal numbers in blocks: every loop here runs over a block without a branch or a call, so that the
/// compiler makes vector instructions of it. Noise costs a few per cent of the gradients that are averaged
/// over it; with std::normal_distribution it cost as much as a third of them.
namespace fovea {
namespace {

/// Counters that are worked on at a time; each gives four values.
constexpr std::size_t kCounters = 256;
constexpr std::size_t kBlock = 4 * kCounters;

/// Philox's rounds on one counter.
inline void scramble(std::uint32_t& a, std::uint32_t& b, std::uint32_t& c, std::uint32_t& d,
                     std::uint32_t key0, std::uint32_t key1) {
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t first = std::uint64_t{0xD2511F53U} * a, second = std::uint64_t{0xCD9E8D57U} * c;
    a = static_cast<std::uint32_t>(second >> 32U) ^ b ^ key0;
    b = static_cast<std::uint32_t>(second);
    c = static_cast<std::uint32_t>(first >> 32U) ^ d ^ key1;
    d = static_cast<std::uint32_t>(first);
    key0 += 0x9E3779B9U;
    key1 += 0xBB67AE85U;
  }
}

/// In (0, 1], a multiple of 2^-24.
inline float uniform(std::uint32_t bits) {
  return static_cast<float>(static_cast<std::int32_t>(bits >> 8U) + 1) * 0x1p-24F;
}

/// The natural logarithm of a positive, normal number, to about 2e-7 of 1: by the exponent and a polynomial
/// of the mantissa m in [sqrt(1/2), sqrt(2)), log(m) = 2 artanh(s), s = (m - 1) / (m + 1).
inline float fast_log(float x) {
  const auto bits = std::bit_cast<std::int32_t>(x);
  constexpr std::int32_t root_half = 0x3F3504F3;
  const std::int32_t exponent = (bits - root_half) >> 23;
  const float m = std::bit_cast<float>(bits - exponent * (1 << 23));
  const float s = (m - 1) / (m + 1), s2 = s * s;
  const float series = s2 * (0.333333333F + s2 * (0.2F + s2 * (0.142857143F + s2 * 0.111111111F)));
  return static_cast<float>(exponent) * 0.693147181F + 2 * (s + s * series);
}

/// sin(2 pi t) for t in [0, 1.5], to about 1e-6: the angle is folded to a quarter turn either way.
inline float sine_of_turns(float t) {
  // lround would be a call, and this is right for positive numbers as small as these.
  const auto whole = static_cast<std::int32_t>(t + 0.5F);  // NOLINT(bugprone-incorrect-roundings)
  const float around = t - static_cast<float>(whole);      // [-0.5, 0.5]
  const float folded = std::copysign(0.25F - std::abs(0.25F - std::abs(around)), around);
  const float x = 6.28318531F * folded, x2 = x * x;
  return x * (1 + x2 * (-0.166666667F +
                        x2 * (8.33333333e-3F +
                              x2 * (-1.98412698e-4F + x2 * (2.75573192e-6F - x2 * 2.50521084e-8F)))));
}

/// Four blocks of normal numbers; word w of counter k gives value w * kCounters + k.
void fill(std::span<float, kBlock> values, std::uint32_t first_counter, std::uint64_t key,
          std::uint64_t stream) {
  std::array<std::array<std::uint32_t, kCounters>, 4> words;
  for (std::uint32_t k = 0; k < kCounters; ++k) {
    std::uint32_t a = first_counter + k, b = 0, c = static_cast<std::uint32_t>(stream),
                  d = static_cast<std::uint32_t>(stream >> 32U);
    scramble(a, b, c, d, static_cast<std::uint32_t>(key), static_cast<std::uint32_t>(key >> 32U));
    words[0][k] = a;
    words[1][k] = b;
    words[2][k] = c;
    words[3][k] = d;
  }
  for (std::size_t pair = 0; pair < 2; ++pair)  // Box and Muller: two normal numbers from two uniform ones
    for (std::size_t k = 0; k < kCounters; ++k) {
      const float radius = std::sqrt(-2 * fast_log(uniform(words[2 * pair][k])));
      const float turns = uniform(words[2 * pair + 1][k]);
      values[2 * pair * kCounters + k] = radius * sine_of_turns(turns + 0.25F);
      values[(2 * pair + 1) * kCounters + k] = radius * sine_of_turns(turns);
    }
}

}  // namespace

std::array<std::uint32_t, 4> philox(std::array<std::uint32_t, 4> counter, std::array<std::uint32_t, 2> key) {
  scramble(counter[0], counter[1], counter[2], counter[3], key[0], key[1]);
  return counter;
}

void add_normal_noise(std::span<const float> x, float sigma, std::uint64_t key, std::uint64_t stream,
                      std::span<float> out) {
  std::array<float, kBlock> normal;
  std::uint32_t counter = 0;
  for (std::size_t begin = 0; begin < out.size(); begin += kBlock, counter += kCounters) {
    fill(normal, counter, key, stream);
    const std::size_t count = std::min(out.size() - begin, kBlock);
    for (std::size_t i = 0; i < count; ++i)
      out[begin + i] = x[begin + i] + sigma * normal[i];
  }
}

Noise::Noise(const Tensor& input, const MethodOptions& options)
    : x_(input.data<float>()), seed_(options.seed) {
  const auto [low, high] = std::minmax_element(x_.begin(), x_.end());
  sigma_ = static_cast<float>(options.noise) * (*high - *low);
}

}  // namespace fovea
