#include "backend/onednn/bit_kernels.hpp"

#include "engine/at_vector_level.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstring>
#include <limits>
#include <random>
#include <vector>

namespace fovea::test {
namespace {

using namespace backend::onednn_detail;

float value_of(Bf16 x) {
  const std::uint32_t bits = static_cast<std::uint32_t>(x.bits) << 16;
  float value = 0;
  std::memcpy(&value, &bits, sizeof(value));
  return value;
}

/// Normal numbers with zeros of both signs, infinities and NaN among them.
std::vector<float> awkward_numbers(std::int64_t count) {
  std::mt19937 random(3);
  std::normal_distribution<float> normal;
  std::vector<float> numbers(static_cast<std::size_t>(count));
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  const std::array special = {0.0F,   -0.0F,   kInfinity, -kInfinity, std::numeric_limits<float>::quiet_NaN(),
                              1e-42F, -1e-42F, 0.5F,      -0.25F};
  for (std::size_t i = 0; i < numbers.size(); ++i)
    numbers[i] = i % 5 == 2 ? special[i / 5 % special.size()] : normal(random);
  return numbers;
}

bool bit(const std::vector<std::uint8_t>& bits, std::size_t i) {
  return (bits[i / 8] >> (i % 8) & 1) != 0;
}

/// Counts around every block of the kernels, and some that are shared between threads.
constexpr std::array kCounts = {1, 7, 8, 15, 16, 17, 31, 33, 511, 4096, 4097, 20001, 40007};

class BitKernels : public AtVectorLevel {};

TEST_P(BitKernels, agree_with_their_definition) {
  EXPECT_EQ(vector_level(), GetParam().level);
  for (std::int64_t count : kCounts) {
    const std::vector<float> x = awkward_numbers(count);
    std::vector<std::uint8_t> positive(bytes_for_bits(count)), inside(positive), again(positive);
    std::vector<Bf16> rounded(x.size()), kept_rounded(x.size());
    std::vector<float> kept(x.size());
    bits_positive(x.data(), positive.data(), count);
    bits_inside(x.data(), -0.25F, 0.5F, inside.data(), count);
    bits_positive(x.data(), again.data(), rounded.data(), count);
    keep_where(x.data(), inside.data(), kept.data(), kept_rounded.data(), count);
    for (std::size_t i = 0; i < x.size(); ++i) {
      ASSERT_EQ(bit(positive, i), x[i] > 0) << x[i];
      ASSERT_EQ(bit(again, i), x[i] > 0) << x[i];
      ASSERT_EQ(bit(inside, i), x[i] >= -0.25F && x[i] <= 0.5F) << x[i];
      ASSERT_EQ(kept[i], bit(inside, i) ? x[i] : 0.0F);
      if (std::isnan(x[i]))
        ASSERT_TRUE(std::isnan(value_of(rounded[i])));
      else if (std::isinf(x[i]) || std::abs(x[i]) < 1e-30F)
        ASSERT_LE(std::abs(value_of(rounded[i])), std::abs(x[i]));
      else
        ASSERT_LE(std::abs(value_of(rounded[i]) - x[i]), std::abs(x[i]) / 256) << x[i];
      ASSERT_EQ(value_of(kept_rounded[i]), bit(inside, i) ? value_of(rounded[i]) : 0.0F);
    }
    std::vector<float> in_place = x;
    keep_where(in_place.data(), inside.data(), in_place.data(), count);
    EXPECT_EQ(in_place, kept);
    std::vector<std::uint8_t> short_positive(positive.size()), short_inside(positive.size());
    bits_positive(rounded.data(), short_positive.data(), count);
    bits_inside(rounded.data(), -0.25F, 0.5F, short_inside.data(), count);
    std::vector<Bf16> short_kept(x.size());
    keep_where(rounded.data(), short_inside.data(), short_kept.data(), count);
    for (std::size_t i = 0; i < x.size(); ++i) {
      const float value = value_of(rounded[i]);
      ASSERT_EQ(bit(short_positive, i), value > 0) << value;
      ASSERT_EQ(bit(short_inside, i), value >= -0.25F && value <= 0.5F) << value;
      ASSERT_EQ(value_of(short_kept[i]), bit(short_inside, i) ? value : 0.0F);
    }
  }
}

/// The bits of rounded numbers; of every NaN the same.
std::vector<std::uint16_t> comparable(const std::vector<Bf16>& rounded) {
  std::vector<std::uint16_t> bits;
  for (const Bf16 number : rounded) {
    const float value = value_of(number);
    bits.push_back(std::isnan(value) ? 0xFFFF : number.bits);
  }
  return bits;
}

struct Results {
  std::vector<std::uint8_t> positive, inside, short_positive, short_inside;
  std::vector<float> kept;
  std::vector<std::uint16_t> rounded, kept_rounded, short_kept;
  bool operator==(const Results&) const = default;
};

Results results_at(VectorLevel level, const std::vector<float>& x) {
  limit_vector_level(level);
  const auto count = static_cast<std::int64_t>(x.size());
  Results r;
  for (auto* bits : {&r.positive, &r.inside, &r.short_positive, &r.short_inside})
    bits->resize(bytes_for_bits(count));
  r.kept.resize(x.size());
  std::vector<Bf16> rounded(x.size()), kept_rounded(x.size()), short_kept(x.size());
  bits_inside(x.data(), -0.25F, 0.5F, r.inside.data(), count);
  bits_positive(x.data(), r.positive.data(), rounded.data(), count);
  keep_where(x.data(), r.inside.data(), r.kept.data(), kept_rounded.data(), count);
  bits_positive(rounded.data(), r.short_positive.data(), count);
  bits_inside(rounded.data(), -0.25F, 0.5F, r.short_inside.data(), count);
  keep_where(rounded.data(), r.short_inside.data(), short_kept.data(), count);
  r.rounded = comparable(rounded);
  r.kept_rounded = comparable(kept_rounded);
  r.short_kept = comparable(short_kept);
  return r;
}

TEST_P(BitKernels, give_what_the_plain_ones_give) {
  for (std::int64_t count : kCounts) {
    std::vector<float> x = awkward_numbers(count);
    for (float& value : x)  // which levels may round in different ways
      value = std::fpclassify(value) == FP_SUBNORMAL ? 0.125F : value;
    EXPECT_TRUE(results_at(GetParam().level, x) == results_at(VectorLevel::Plain, x)) << count;
  }
}

INSTANTIATE_TEST_SUITE_P(Levels, BitKernels, testing::Values(kPlain, kAvx2, kAvx512, kAvx512Bf16),
                         vector_level_name);

}  // namespace
}  // namespace fovea::test
