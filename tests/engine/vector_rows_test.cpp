#include "backend/onednn/vector_kernels.hpp"
#include "engine/at_vector_level.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>
#include <vector>

namespace fovea::test {
namespace {

using namespace backend::onednn_detail;

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

class VectorRowsAt : public AtVectorLevel {};

INSTANTIATE_TEST_SUITE_P(Levels, VectorRowsAt, testing::Values(kPlain, kAvx2, kAvx512), vector_level_name);

std::vector<float> normal(std::int64_t count, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> distribution;
  std::vector<float> numbers(static_cast<std::size_t>(count));
  for (float& number : numbers)
    number = distribution(random);
  return numbers;
}

/// Columns of one matrix as rows of another.
std::vector<float> transposed(const std::vector<float>& x, std::int64_t rows, std::int64_t columns) {
  std::vector<float> y(x.size());
  for (std::int64_t r = 0; r < rows; ++r)
    for (std::int64_t c = 0; c < columns; ++c)
      y[static_cast<std::size_t>(c * rows + r)] = x[static_cast<std::size_t>(r * columns + c)];
  return y;
}

void expect_near(const std::vector<float>& found, const std::vector<float>& expected, double tolerance) {
  ASSERT_EQ(found.size(), expected.size());
  for (std::size_t i = 0; i < found.size(); ++i)
    ASSERT_NEAR(found[i], expected[i], tolerance) << i;
}

/// Extents of one vector and a rest, of one block of columns and a rest.
constexpr std::int64_t kExtents[][2] = {{1, 1}, {5, 33}, {70, 300}, {3, 256}};

TEST_P(VectorRowsAt, do_the_same_to_columns) {
  const VectorKernels& kernels = vector_kernels();
  for (const auto& [count, width] : kExtents) {
    const std::vector<float> x = normal(count * width, 1), rows = transposed(x, count, width);
    std::vector<float> by_columns(x.size()), by_rows(x.size());
    kernels.softmax_columns(x.data(), by_columns.data(), count, width, width);
    kernels.softmax(rows.data(), by_rows.data(), width, count);
    expect_near(transposed(by_columns, count, width), by_rows, 1e-6);
    const std::vector<float> dy = normal(count * width, 2), dy_rows = transposed(dy, count, width);
    std::vector<float> dx_columns(x.size()), dx_rows(x.size());
    kernels.softmax_gradient_columns(dy.data(), by_columns.data(), dx_columns.data(), count, width, width);
    kernels.softmax_gradient(dy_rows.data(), by_rows.data(), dx_rows.data(), width, count);
    expect_near(transposed(dx_columns, count, width), dx_rows, 1e-5);
    kernels.log_softmax_columns(x.data(), by_columns.data(), count, width, width);
    kernels.log_softmax(rows.data(), by_rows.data(), width, count);
    expect_near(transposed(by_columns, count, width), by_rows, 1e-5);
    kernels.log_softmax_gradient_columns(dy.data(), by_columns.data(), dx_columns.data(), count, width,
                                         width);
    kernels.log_softmax_gradient(dy_rows.data(), by_rows.data(), dx_rows.data(), width, count);
    expect_near(transposed(dx_columns, count, width), dx_rows, 1e-5);
  }
}

TEST_P(VectorRowsAt, take_the_logarithm_of_a_softmax) {
  const std::vector<float> x = {300, 301, 298.5F};
  std::vector<float> y(3);
  vector_kernels().log_softmax(x.data(), y.data(), 1, 3);
  const double sum = std::log(1 + std::exp(1.0) + std::exp(-1.5));
  expect_near(y, {static_cast<float>(-sum), static_cast<float>(1 - sum), static_cast<float>(-1.5 - sum)},
              1e-6);
}

TEST_P(VectorRowsAt, find_the_largest_and_divide_its_gradient_among_ties) {
  const VectorKernels& kernels = vector_kernels();
  for (const auto& [count, width] : kExtents) {
    std::vector<float> x = normal(count * width, 3);
    for (float& value : x)
      value = std::round(value);  // many are equal
    const std::vector<float> columns = transposed(x, width, count);
    std::vector<float> largest(static_cast<std::size_t>(width)), found(largest.size()), dx(x.size()),
        dx_columns(x.size());
    kernels.largest_rows(x.data(), largest.data(), width, count);
    kernels.largest_columns(columns.data(), found.data(), count, width, width);
    EXPECT_EQ(found, largest);
    const std::vector<float> dy = normal(width, 4);
    kernels.largest_gradient_rows(dy.data(), x.data(), largest.data(), dx.data(), width, count);
    kernels.largest_gradient_columns(dy.data(), columns.data(), largest.data(), dx_columns.data(), count,
                                     width, width);
    EXPECT_EQ(transposed(dx_columns, count, width), dx);
    for (std::int64_t r = 0; r < width; ++r) {
      float right = x[static_cast<std::size_t>(r * count)], ties = 0;
      for (std::int64_t i = 0; i < count; ++i)
        right = std::max(right, x[static_cast<std::size_t>(r * count + i)]);
      for (std::int64_t i = 0; i < count; ++i)
        ties += x[static_cast<std::size_t>(r * count + i)] == right ? 1.0F : 0.0F;
      const auto row = static_cast<std::size_t>(r);
      EXPECT_EQ(largest[row], right);
      for (std::int64_t i = 0; i < count; ++i) {
        const auto at = static_cast<std::size_t>(r * count + i);
        ASSERT_EQ(dx[at], x[at] == right ? dy[row] / ties : 0);
      }
    }
  }
}

TEST_P(VectorRowsAt, keep_a_nan_as_the_largest) {
  for (const std::size_t place : {0U, 40U, 69U}) {
    std::vector<float> x = normal(70, 5);
    x[place] = kNan;
    float y = 0;
    vector_kernels().largest_rows(x.data(), &y, 1, 70);
    EXPECT_TRUE(std::isnan(y)) << place;
    vector_kernels().largest_columns(x.data(), &y, 70, 1, 1);
    EXPECT_TRUE(std::isnan(y)) << place;
  }
}

TEST_P(VectorRowsAt, normalise_local_responses_in_windows_of_any_size) {
  for (const auto& sides : {std::pair{2, 2}, {1, 2}, {0, 0}, {36, 36}}) {
    const auto before = sides.first, after = sides.second;
    const ResponseWindow window{before, after, 0.2F, 1.5F, 0.75F};
    constexpr std::int64_t kCount = 37;
    const std::vector<float> x = normal(2 * kCount, 6), dy = normal(2 * kCount, 7);
    std::vector<float> y(x.size()), dx(x.size());
    vector_kernels().response(x.data(), y.data(), 2, kCount, window);
    vector_kernels().response_gradient(dy.data(), x.data(), dx.data(), 2, kCount, window);
    for (std::int64_t row = 0; row < 2; ++row) {
      const auto at = [&](const std::vector<float>& list, std::int64_t i) {
        return double{list[static_cast<std::size_t>(row * kCount + i)]};
      };
      const auto scale = [&](std::int64_t i) {
        double sum = 0;
        for (std::int64_t k = std::max<std::int64_t>(i - before, 0); k <= std::min(i + after, kCount - 1);
             ++k)
          sum += at(x, k) * at(x, k);
        return 1.5 + double{window.factor} * sum;
      };
      for (std::int64_t i = 0; i < kCount; ++i) {
        double right = at(dy, i) * std::pow(scale(i), -0.75);
        for (std::int64_t c = 0; c < kCount; ++c)
          if (i >= c - before && i <= c + after)
            right -= 2 * double{window.factor} * 0.75 * at(x, i) * at(dy, c) * at(x, c) *
                     std::pow(scale(c), -1.75);
        ASSERT_NEAR(at(y, i), at(x, i) * std::pow(scale(i), -0.75), 2e-6);
        ASSERT_NEAR(at(dx, i), right, 1e-5);
      }
    }
  }
}

TEST_P(VectorRowsAt, choose_among_three_operands_with_every_kind_of_step) {
  const std::vector<float> a = normal(200, 8), b = normal(200, 9), c = normal(200, 10);
  for (const std::int64_t b_step : {0, 1, 3})
    for (const std::int64_t c_step : {0, 1, 2}) {
      std::vector<float> slope(50), larger(50), smaller(50);
      const auto run = [&](Ternary which, std::vector<float>& z) {
        vector_kernels().ternaries[static_cast<std::size_t>(which)](a.data(), 1, b.data(), b_step, c.data(),
                                                                    c_step, z.data(), 50);
      };
      run(Ternary::PReluGradient, slope);
      run(Ternary::MaxGradient, larger);
      run(Ternary::MinGradient, smaller);
      for (std::int64_t i = 0; i < 50; ++i) {
        const auto at = static_cast<std::size_t>(i);
        const float second = b[static_cast<std::size_t>(i * b_step)],
                    third = c[static_cast<std::size_t>(i * c_step)];
        EXPECT_EQ(slope[at], second > 0 ? a[at] : a[at] * third);
        EXPECT_EQ(larger[at], second > third ? a[at] : 0);
        EXPECT_EQ(smaller[at], second < third ? a[at] : 0);
      }
    }
}

}  // namespace
}  // namespace fovea::test
