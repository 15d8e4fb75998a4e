#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace fovea {

/// Fractional bits of a weight: 255 * 2^22 and its rounding still fit into 31 bits.
inline constexpr int kWeightBits = 32 - 8 - 2;

/// Which samples of a row or column make one sample of the resized picture: weights[k] * source[first + k].
struct Taps {
  std::int64_t first = 0;
  std::span<const std::int32_t> weights;
  /// The same weights, each cut into an upper and a lower part of 16 bits, in pairs: the first weight's part
  /// is the lower half of a word. Zeros fill up to a multiple of four weights.
  std::span<const std::uint32_t> high, low;
};

/// The taps of every sample of a resized row or column.
class ResizeFilter {
public:
  /// For so many samples of at most `most` weights.
  ResizeFilter(std::int64_t samples, std::int64_t most);

  std::int64_t samples() const { return static_cast<std::int64_t>(firsts_.size()); }
  /// Weights are fixed-point numbers of kWeightBits, 0 to 1, whose sum is 1 but for rounding.
  void set(std::int64_t sample, std::int64_t first, std::span<const std::int32_t> weights);
  Taps taps(std::int64_t sample) const {
    const auto i = static_cast<std::size_t>(sample), count = static_cast<std::size_t>(counts_[i]);
    const std::size_t pairs = (count + 3) / 4 * 2;
    return {
        firsts_[i], {&weights_[i * most_], count}, {&high_[i * pairs_], pairs}, {&low_[i * pairs_], pairs}};
  }

private:
  std::size_t most_, pairs_;  ///< weights and pairs of each sample
  std::vector<std::int64_t> firsts_, counts_;
  std::vector<std::int32_t> weights_;
  std::vector<std::uint32_t> high_, low_;
};

/// destination[3 x + c] = sum over k of weights[k] * source[3 (first + k) + c], rounded, by the taps of each
/// x: a row of red, green and blue. `source` holds `pixels` of them.
void filter_colour_row(const std::uint8_t* source, std::int64_t pixels, const ResizeFilter& filter,
                       std::uint8_t* destination);
/// The same for a row of one channel.
void filter_grey_row(const std::uint8_t* source, const ResizeFilter& filter, std::uint8_t* destination);
/// destination[i] = sum over k of weights[k] * source[(first + k) * stride + i], rounded, for `count` bytes:
/// a row of the result, from rows of the source that begin `stride` bytes apart.
void filter_rows(const std::uint8_t* source, std::int64_t stride, const Taps& taps, std::int64_t count,
                 std::uint8_t* destination);

/// What defines the functions of the same names, sample by sample.
namespace plain {
void filter_colour_row(const std::uint8_t* source, const ResizeFilter& filter, std::uint8_t* destination);
void filter_rows(const std::uint8_t* source, std::int64_t stride, const Taps& taps, std::int64_t count,
                 std::uint8_t* destination);
}  // namespace plain

}  // namespace fovea
