#include "base/check.hpp"
#include "base/processor.hpp"
#include "fovea/segment.hpp"
#include "segment/gaussian_math.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <limits>

namespace fovea {
namespace {

/// e^x for x <= 0, to about 2e-7; 0 below -87. Written so that compilers vectorise it.
[[gnu::always_inline]] inline float fast_exp(float x) {
  const float y = std::max(x, -87.0F) * 1.44269504F;
  const auto whole = static_cast<std::int32_t>(y);  // towards zero: the rest is in (-1, 0]
  const float f = y - static_cast<float>(whole);
  float p = 1.5403530e-4F;
  p = p * f + 1.3333558e-3F;
  p = p * f + 9.6181291e-3F;
  p = p * f + 5.5504109e-2F;
  p = p * f + 2.4022651e-1F;
  p = p * f + 6.9314718e-1F;
  p = p * f + 1.0F;
  return p * std::bit_cast<float>((whole + 127) << 23);
}

/// ln x for x >= 1, to about 1e-7 of 1 + ln x. Written like fast_exp.
[[gnu::always_inline]] inline float fast_log(float x) {
  const auto bits = std::bit_cast<std::int32_t>(x);
  // x = 2^whole * m with m in [sqrt(1/2), sqrt(2)).
  const std::int32_t whole = (bits - 0x3f3504f3) >> 23;
  const auto m = std::bit_cast<float>(bits - (whole << 23));
  const float s = (m - 1) / (m + 1);  // ln m = 2 artanh s
  const float z = s * s;
  const float series = 2 * s * (1 + z * (0.333333333F + z * (0.2F + z * (0.142857143F + z * 0.111111111F))));
  return static_cast<float>(whole) * 0.693147181F + series;
}

constexpr std::size_t kBlock = 256;

using Blocks = std::vector<std::array<float, kBlock>>;

/// -log p for up to kBlock colours. `densities` has a block for each Gaussian.
[[gnu::always_inline]] inline void work_on_block(const std::vector<PreparedGaussian<float>>& gaussians,
                                                 const std::uint8_t* colours, std::size_t count,
                                                 Blocks& densities, float* out) {
  std::array<float, kBlock> red{};
  std::array<float, kBlock> green{};
  std::array<float, kBlock> blue{};
  for (std::size_t i = 0; i < count; ++i) {
    red[i] = colours[3 * i];
    green[i] = colours[3 * i + 1];
    blue[i] = colours[3 * i + 2];
  }
  std::array<float, kBlock> highest;
  highest.fill(-std::numeric_limits<float>::infinity());
  for (std::size_t k = 0; k < gaussians.size(); ++k)
    for (std::size_t i = 0; i < kBlock; ++i) {
      densities[k][i] = gaussians[k].log_density(red[i], green[i], blue[i]);
      highest[i] = std::max(highest[i], densities[k][i]);
    }
  std::array<float, kBlock> sum{};
  for (const std::array<float, kBlock>& density : densities)
    for (std::size_t i = 0; i < kBlock; ++i)
      sum[i] += fast_exp(density[i] - highest[i]);
  for (std::size_t i = 0; i < kBlock; ++i)
    highest[i] = -highest[i] - fast_log(sum[i]);
  std::copy_n(highest.begin(), count, out);
}

void negative_log_block(const std::vector<PreparedGaussian<float>>& gaussians, const std::uint8_t* colours,
                        std::size_t count, Blocks& densities, float* out) {
  work_on_block(gaussians, colours, count, densities, out);
}

#if defined(__x86_64__)
/// The same operations, eight at a time; none is fused with another, so that results are the same, too.
[[gnu::target("avx2")]] void negative_log_block_avx2(const std::vector<PreparedGaussian<float>>& gaussians,
                                                     const std::uint8_t* colours, std::size_t count,
                                                     Blocks& densities, float* out) {
  work_on_block(gaussians, colours, count, densities, out);
}
#endif

}  // namespace

void GaussianMixture::negative_log(std::span<const std::uint8_t> colours, std::span<float> out) const {
  FOVEA_CHECK(colours.size() == 3 * out.size(), "{} bytes of colours for {} results: expected 3 for each",
              colours.size(), out.size());
  std::vector<PreparedGaussian<float>> prepared;
  for (const Gaussian& gaussian : gaussians_)
    prepared.push_back(prepare<float>(gaussian));
  Blocks densities(prepared.size());
  auto* block = negative_log_block;
#if defined(__x86_64__)
  if (has_avx2())
    block = negative_log_block_avx2;
#endif
  for (std::size_t first = 0; first < out.size(); first += kBlock)
    block(prepared, colours.data() + 3 * first, std::min(kBlock, out.size() - first), densities,
          out.data() + first);
}

}  // namespace fovea
