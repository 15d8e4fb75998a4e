#include "backend/onednn/winograd.hpp"

#include "engine/at_vector_level.hpp"

#include <gtest/gtest.h>
#include <omp.h>

#include <cmath>
#include <random>
#include <vector>

namespace fovea::test {
namespace {

using namespace backend::onednn_detail;

class WinogradAt : public AtVectorLevel {};
INSTANTIATE_TEST_SUITE_P(Levels, WinogradAt, testing::Values(kPlain, kAvx2, kAvx512), vector_level_name);

constexpr WinogradTile kTiles[] = {WinogradTile::Two, WinogradTile::Four};

std::vector<float> normal(std::int64_t count, unsigned seed, float scale = 1) {
  std::mt19937 random(seed);
  std::normal_distribution<float> distribution(0, scale);
  std::vector<float> numbers(static_cast<std::size_t>(count));
  for (float& number : numbers)
    number = distribution(random);
  return numbers;
}

/// A convolution and its operands.
struct Example {
  WinogradConv conv;
  std::vector<float> x, bias, y;
  Tensor w;

  explicit Example(const WinogradConv& c, unsigned seed = 1)
      : conv(c), x(normal(c.pictures * c.height * c.width * c.channels, seed)),
        bias(normal(c.out_channels, seed + 1)),
        y(normal(c.pictures * c.out_height * c.out_width * c.out_channels, seed + 2)),
        w(DType::F32, {c.out_channels, c.channels, 3, 3}) {
    const std::vector<float> numbers = normal(w.elements(), seed + 3);
    std::copy(numbers.begin(), numbers.end(), w.data<float>().begin());
  }

  std::vector<float> by_winograd(WinogradTile tile, int threads, bool has_bias = true) const {
    std::vector<float> result = y;
    // What was in the scratch memory must not matter.
    std::vector<float> scratch(static_cast<std::size_t>(winograd_scratch(conv, tile, threads)), NAN);
    std::vector<float> filters(static_cast<std::size_t>(winograd_filter_floats(conv, tile)), NAN);
    const int before = omp_get_max_threads();
    omp_set_num_threads(std::min(threads, 2));  // a run may have fewer threads than its memory was made for
    transform_filters(conv, tile, w.data<float>().data(), filters.data());
    winograd_convolve(conv, tile, threads, x.data(), filters.data(), has_bias ? bias.data() : nullptr,
                      result.data(), scratch.data());
    omp_set_num_threads(before);
    return result;
  }

  /// By the definition, in double. Calls visit(index of the result, right number, sum of its terms' sizes).
  template <class Visit>
  void by_definition(bool has_bias, const Visit& visit) const {
    std::size_t index = 0;
    for (std::int64_t n = 0; n < conv.pictures; ++n)
      for (std::int64_t row = 0; row < conv.out_height; ++row)
        for (std::int64_t column = 0; column < conv.out_width; ++column)
          for (std::int64_t o = 0; o < conv.out_channels; ++o, ++index) {
            double sum = (conv.adds ? y[index] : 0.0) + (has_bias ? bias[static_cast<std::size_t>(o)] : 0.0);
            double size = std::fabs(sum);
            for (std::int64_t i = 0; i < 3; ++i)
              for (std::int64_t j = 0; j < 3; ++j) {
                const std::int64_t h = row + i - conv.pad_top, v = column + j - conv.pad_left;
                if (h < 0 || h >= conv.height || v < 0 || v >= conv.width)
                  continue;
                for (std::int64_t c = 0; c < conv.channels; ++c) {
                  const double term = static_cast<double>(x[static_cast<std::size_t>(
                                          ((n * conv.height + h) * conv.width + v) * conv.channels + c)]) *
                                      static_cast<double>(w.data<float>()[static_cast<std::size_t>(
                                          ((o * conv.channels + c) * 3 + i) * 3 + j)]);
                  sum += term;
                  size += std::fabs(term);
                }
              }
            visit(index, conv.rectifies ? std::max(sum, 0.0) : sum, size);
          }
  }
};

/// The relative bounds, of a sum's terms, that docs/numerics.md states.
double bound_of(WinogradTile tile) {
  return tile == WinogradTile::Two ? 1e-6 : 4e-6;
}

void expect_right(const Example& example, WinogradTile tile, int threads, bool has_bias = true) {
  const std::vector<float> found = example.by_winograd(tile, threads, has_bias);
  example.by_definition(has_bias, [&](std::size_t i, double right, double size) {
    ASSERT_NEAR(static_cast<double>(found[i]), right, bound_of(tile) * size + 1e-6)
        << "result " << i << ", tiles of side " << results_of(tile);
  });
}

/// A convolution of which the output has the input's extents plus twice the padding less 2.
WinogradConv geometry(std::int64_t pictures, std::int64_t height, std::int64_t width, std::int64_t channels,
                      std::int64_t out_channels, std::int64_t pad = 1) {
  return {pictures,     height, width, channels, height + 2 * pad - 2, width + 2 * pad - 2,
          out_channels, pad,    pad};
}

TEST_P(WinogradAt, computes_what_the_definition_says) {
  for (const WinogradTile tile : kTiles)
    for (const auto& [height, width] : {std::pair{1, 1}, {3, 5}, {4, 4}, {7, 9}, {13, 8}})
      expect_right(Example(geometry(1, height, width, 16, 16)), tile, 1);
}

TEST_P(WinogradAt, takes_any_number_of_channels) {
  for (const WinogradTile tile : kTiles)
    for (const auto& [channels, outputs] : {std::pair{1, 1}, {3, 17}, {17, 3}, {24, 40}, {31, 33}})
      expect_right(Example(geometry(1, 6, 7, channels, outputs)), tile, 2);
}

TEST_P(WinogradAt, pads_as_much_as_it_is_told_on_each_side) {
  for (const WinogradTile tile : kTiles)
    for (std::int64_t pad = 0; pad < 4; ++pad) {
      expect_right(Example(geometry(2, 6, 5, 8, 8, pad)), tile, 1);
      // On top and on the left alone.
      expect_right(Example({1, 6, 5, 8, 4 + pad, 3 + pad, 8, pad, pad}), tile, 1);
    }
}

TEST_P(WinogradAt, adds_and_rectifies_after_the_bias) {
  for (const WinogradTile tile : kTiles)
    for (const bool adds : {false, true})
      for (const bool rectifies : {false, true})
        for (const bool has_bias : {false, true}) {
          WinogradConv conv = geometry(1, 9, 6, 16, 19);
          conv.adds = adds;
          conv.rectifies = rectifies;
          expect_right(Example(conv), tile, 1, has_bias);
        }
}

TEST_P(WinogradAt, gives_the_same_numbers_on_any_number_of_threads_and_in_any_batch) {
  // Small ones, of which threads share the stages, and one of which each thread takes blocks of its own.
  for (const WinogradConv& conv :
       {geometry(3, 9, 9, 24, 16), geometry(2, 40, 40, 16, 16), geometry(3, 21, 10, 130, 140)}) {
    const Example batch(conv);
    WinogradConv single = conv;
    single.pictures = 1;
    Example last(single);
    std::copy_n(batch.x.end() - static_cast<std::ptrdiff_t>(last.x.size()), last.x.size(), last.x.begin());
    last.w = batch.w;
    last.bias = batch.bias;
    for (const WinogradTile tile : kTiles) {
      const std::vector<float> one = batch.by_winograd(tile, 1);
      EXPECT_EQ(one, batch.by_winograd(tile, 2));
      EXPECT_EQ(one, batch.by_winograd(tile, 5));
      const std::vector<float> alone = last.by_winograd(tile, 2);
      EXPECT_TRUE(std::equal(alone.rbegin(), alone.rend(), one.rbegin()));
    }
  }
}

TEST_P(WinogradAt, loses_few_digits_over_many_channels) {
  for (const WinogradTile tile : kTiles) {
    const Example example(geometry(1, 8, 8, 256, 16));
    const std::vector<float> found = example.by_winograd(tile, 2);
    double error = 0, power = 0;
    example.by_definition(true, [&](std::size_t i, double right, double) {
      error += (static_cast<double>(found[i]) - right) * (static_cast<double>(found[i]) - right);
      power += right * right;
    });
    EXPECT_LT(std::sqrt(error / power), tile == WinogradTile::Two ? 1e-6 : 3e-6);
  }
}

TEST_P(WinogradAt, gives_exactly_the_bias_where_a_window_holds_zeros_alone) {
  for (const WinogradTile tile : kTiles)
    for (const bool has_bias : {false, true}) {
      Example example(geometry(1, 17, 19, 24, 16));
      // Whole pixels are zero with some probability, so that tiles hold windows of every kind.
      std::mt19937 random(5);
      for (std::size_t pixel = 0; pixel < 17 * 19; ++pixel)
        if (random() % 4 != 0)
          std::fill_n(example.x.begin() + static_cast<std::ptrdiff_t>(pixel * 24), 24,
                      pixel % 2 == 0 ? 0.0F : -0.0F);
      const std::vector<float> found = example.by_winograd(tile, 2, has_bias);
      int exact = 0;
      example.by_definition(has_bias, [&](std::size_t i, double right, double size) {
        const double bias = has_bias ? example.bias[i % 16] : 0;
        if (size == std::fabs(bias)) {
          ++exact;
          EXPECT_EQ(found[i], static_cast<float>(right));
        }
        ASSERT_NEAR(static_cast<double>(found[i]), right, bound_of(tile) * size + 1e-6);
      });
      EXPECT_GT(exact, 50);
    }
}

TEST_P(WinogradAt, keeps_what_is_no_number) {
  for (const WinogradTile tile : kTiles) {
    WinogradConv conv = geometry(1, 8, 8, 16, 16);
    conv.rectifies = true;
    Example example(conv);
    example.x[0] = NAN;
    const std::vector<float> found = example.by_winograd(tile, 1);
    EXPECT_TRUE(std::isnan(found[0]));
    EXPECT_FALSE(std::isnan(found.back()));
  }
}

TEST(WinogradTiles, are_the_same_for_every_batch_and_none_where_they_would_not_pay) {
  EXPECT_EQ(winograd_tile(geometry(1, 56, 56, 64, 64)), WinogradTile::Four);
  EXPECT_EQ(winograd_tile(geometry(8, 56, 56, 64, 64)), WinogradTile::Four);
  EXPECT_EQ(winograd_tile(geometry(1, 14, 14, 256, 256)), WinogradTile::Two);
  EXPECT_EQ(winograd_tile(geometry(8, 14, 14, 256, 256)), WinogradTile::Two);
  EXPECT_FALSE(winograd_tile(geometry(1, 224, 224, 3, 64)));
  EXPECT_FALSE(winograd_tile(geometry(1, 224, 224, 64, 3)));
  EXPECT_FALSE(winograd_tile(geometry(1, 4, 4, 512, 512)));
}

}  // namespace
}  // namespace fovea::test
