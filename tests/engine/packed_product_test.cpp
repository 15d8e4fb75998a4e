#include "backend/onednn/packed_product.hpp"

#include "backend/onednn/matrix_kernels.hpp"
#include "engine/at_vector_level.hpp"

#include <gtest/gtest.h>
#include <omp.h>

#include <cmath>
#include <random>
#include <vector>

namespace fovea::test {
namespace {

using namespace backend::onednn_detail;

class PackedProductAt : public AtVectorLevel {};
INSTANTIATE_TEST_SUITE_P(Levels, PackedProductAt, testing::Values(kPlain, kAvx2, kAvx512), vector_level_name);

std::vector<float> normal(std::int64_t count, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> distribution;
  std::vector<float> numbers(static_cast<std::size_t>(count));
  for (float& number : numbers)
    number = distribution(random);
  return numbers;
}

/// The matrix w is stored row by row or, transposed, column by column.
std::vector<float> by_panels(const PackedProduct& p, const std::vector<float>& a, const std::vector<float>& w,
                             bool transposed, int threads) {
  std::vector<float> panels(w.size(), NAN), y(static_cast<std::size_t>(p.rows * p.columns), NAN);
  const int before = omp_get_max_threads();
  omp_set_num_threads(threads);
  pack_panels(p, w.data(), transposed ? 1 : p.columns, transposed ? p.depth : 1, panels.data());
  multiply_packed(p, a.data(), panels.data(), y.data());
  omp_set_num_threads(before);
  return y;
}

void expect_right(const PackedProduct& p, bool transposed, int threads) {
  const std::vector<float> a = normal(p.rows * p.depth, 1), w = normal(p.depth * p.columns, 2);
  const std::vector<float> y = by_panels(p, a, w, transposed, threads);
  for (std::int64_t row = 0; row < p.rows; ++row)
    for (std::int64_t column = 0; column < p.columns; ++column) {
      double sum = 0, size = 0;
      for (std::int64_t k = 0; k < p.depth; ++k) {
        const std::int64_t at = transposed ? column * p.depth + k : k * p.columns + column;
        const double term = static_cast<double>(a[static_cast<std::size_t>(row * p.depth + k)]) *
                            static_cast<double>(w[static_cast<std::size_t>(at)]);
        sum += term;
        size += std::fabs(term);
      }
      ASSERT_NEAR(static_cast<double>(y[static_cast<std::size_t>(row * p.columns + column)]), sum,
                  2e-6 * size)
          << p.rows << "x" << p.depth << " by " << p.depth << "x" << p.columns << " at " << row << ", "
          << column;
    }
}

TEST_P(PackedProductAt, is_the_product_whichever_way_the_right_matrix_is_stored) {
  const std::int64_t panel = matrix_kernels().panel;
  for (const bool transposed : {false, true})
    for (const std::int64_t rows : {1, 5, 12, 13, 50, 197})
      for (const std::int64_t depth : {1, 7, 64})
        expect_right({rows, depth, 3 * panel}, transposed, 1);
}

TEST_P(PackedProductAt, is_the_product_of_matrices_that_no_cache_holds) {
  expect_right({200, 800, 96}, false, 2);  // several blocks of rows, and sums in three parts
  expect_right({2100, 40, 64}, true, 2);   // a small right matrix, by blocks of rows
}

TEST_P(PackedProductAt, gives_a_row_the_same_numbers_on_any_number_of_threads_and_among_any_rows) {
  for (const PackedProduct& p : {PackedProduct{300, 500, 192}, PackedProduct{300, 40, 64}}) {
    const std::vector<float> a = normal(p.rows * p.depth, 3), w = normal(p.depth * p.columns, 4);
    const std::vector<float> one = by_panels(p, a, w, false, 1);
    EXPECT_EQ(one, by_panels(p, a, w, false, 2));
    EXPECT_EQ(one, by_panels(p, a, w, false, 5));
    const std::vector<float> some = by_panels({31, p.depth, p.columns}, a, w, false, 1);
    EXPECT_TRUE(std::equal(some.begin(), some.end(), one.begin()));
  }
}

TEST_P(PackedProductAt, serves_whole_panels_and_more_than_a_few_rows) {
  const std::int64_t panel = matrix_kernels().panel, rows = 2 * matrix_kernels().rows;
  EXPECT_TRUE(is_packable({rows, 10, 2 * panel}));
  EXPECT_FALSE(is_packable({rows - 1, 10, 2 * panel}));
  EXPECT_FALSE(is_packable({rows, 10, 2 * panel + 1}));
}

}  // namespace
}  // namespace fovea::test
