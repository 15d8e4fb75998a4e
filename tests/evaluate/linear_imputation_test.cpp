#include "evaluate/linear_imputation.hpp"

#include "base/random.hpp"
#include "fovea/error.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace fovea::test {
namespace {

struct Case {
  std::int64_t height, width;
  double share;
  std::uint64_t seed;
};

/// Rong 2022, section 5.1, as a dense system with a row for each pixel, solved by Gauss's elimination with
/// pivots.
std::vector<double> by_elimination(const std::vector<float>& channel,
                                   const std::vector<std::uint8_t>& removed, std::int64_t height,
                                   std::int64_t width) {
  const std::size_t count = channel.size();
  std::vector<std::vector<double>> rows(count, std::vector<double>(count + 1, 0.0));
  for (std::int64_t y = 0; y < height; ++y)
    for (std::int64_t x = 0; x < width; ++x) {
      const auto i = static_cast<std::size_t>(y * width + x);
      rows[i][i] = 1;
      if (!removed[i]) {
        rows[i][count] = static_cast<double>(channel[i]);
        continue;
      }
      double sum = 0;
      for (std::int64_t v = y - 1; v <= y + 1; ++v)
        for (std::int64_t u = x - 1; u <= x + 1; ++u)
          if (v >= 0 && v < height && u >= 0 && u < width && (v != y || u != x))
            sum += v == y || u == x ? 1.0 / 6 : 1.0 / 12;
      for (std::int64_t v = y - 1; v <= y + 1; ++v)
        for (std::int64_t u = x - 1; u <= x + 1; ++u)
          if (v >= 0 && v < height && u >= 0 && u < width && (v != y || u != x))
            rows[i][static_cast<std::size_t>(v * width + u)] = -(v == y || u == x ? 1.0 / 6 : 1.0 / 12) / sum;
    }
  for (std::size_t k = 0; k < count; ++k) {
    std::size_t pivot = k;
    for (std::size_t i = k + 1; i < count; ++i)
      if (std::abs(rows[i][k]) > std::abs(rows[pivot][k]))
        pivot = i;
    std::swap(rows[k], rows[pivot]);
    for (std::size_t i = 0; i < count; ++i) {
      if (i == k || rows[i][k] == 0)
        continue;
      const double factor = rows[i][k] / rows[k][k];
      for (std::size_t j = k; j <= count; ++j)
        rows[i][j] -= factor * rows[k][j];
    }
  }
  std::vector<double> solution(count);
  for (std::size_t k = 0; k < count; ++k)
    solution[k] = rows[k][count] / rows[k][k];
  return solution;
}

TEST(LinearImputation, AgreesWithElimination) {
  for (const Case& c : {Case{7, 9, 0.3, 1}, Case{8, 5, 0.9, 2}, Case{1, 12, 0.5, 3}, Case{12, 1, 0.5, 4},
                        Case{13, 11, 0.97, 5}, Case{2, 2, 0.6, 6}}) {
    Random random(c.seed);
    std::vector<float> channel;
    std::vector<std::uint8_t> removed;
    for (std::int64_t i = 0; i < c.height * c.width; ++i) {
      channel.push_back(static_cast<float>(100 + 30 * random.normal()));
      removed.push_back(i > 0 && random.uniform() < c.share ? 1 : 0);
    }
    const std::vector<double> expected = by_elimination(channel, removed, c.height, c.width);
    impute_linearly(channel, removed, c.height, c.width, 1e-10);
    for (std::size_t i = 0; i < channel.size(); ++i)
      EXPECT_NEAR(static_cast<double>(channel[i]), expected[i], 1e-4)
          << c.height << 'x' << c.width << ' ' << i;
  }
}

TEST(LinearImputation, ContinuesASlopeBetweenItsEnds) {
  constexpr std::int64_t height = 9, width = 21;
  std::vector<float> channel(height * width, 0.0F);
  std::vector<std::uint8_t> removed(channel.size(), 1);
  for (std::size_t y = 0; y < height; ++y) {
    removed[y * width] = removed[y * width + width - 1] = 0;
    channel[y * width + width - 1] = 20;
  }
  impute_linearly(channel, removed, height, width);
  for (std::size_t i = 0; i < channel.size(); ++i)
    EXPECT_NEAR(channel[i], static_cast<float>(i % width), 1e-3);
}

TEST(LinearImputation, TheDefaultToleranceIsBelowAShadeOnALargeHole) {
  constexpr std::int64_t side = 128;
  std::vector<float> channel;
  std::vector<std::uint8_t> removed;
  Random random(8);
  for (std::int64_t y = 0; y < side; ++y)
    for (std::int64_t x = 0; x < side; ++x) {
      channel.push_back(static_cast<float>(128 + 100 * std::sin(static_cast<double>(x + 2 * y) / 40)));
      removed.push_back(std::hypot(static_cast<double>(x - 64), static_cast<double>(y - 60)) < 62 ? 1 : 0);
    }
  std::vector<float> exact = channel;
  impute_linearly(channel, removed, side, side);
  impute_linearly(exact, removed, side, side, 1e-12);
  for (std::size_t i = 0; i < channel.size(); ++i)
    EXPECT_NEAR(channel[i], exact[i], 0.05);
}

TEST(LinearImputation, NeedsAPixelAndChangesNoneThatIsKept) {
  std::vector<float> channel = {1, 2, 3, 4};
  EXPECT_THROW(impute_linearly(channel, {1, 1, 1, 1}, 2, 2), InputError);
  impute_linearly(channel, {0, 0, 0, 0}, 2, 2);
  EXPECT_EQ(channel, (std::vector<float>{1, 2, 3, 4}));
  impute_linearly(channel, {0, 1, 1, 1}, 2, 2);
  for (const float value : channel)
    EXPECT_NEAR(value, 1, 1e-4);
}

}  // namespace
}  // namespace fovea::test
