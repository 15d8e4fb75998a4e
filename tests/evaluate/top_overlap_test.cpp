#include "fovea/error.hpp"
#include "fovea/measures.hpp"
#include "support/tensors.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <span>
#include <vector>

namespace fovea::test {
namespace {

/// The definition, pixel by pixel: how many are larger, and how many are equal.
double overlap_by_counting(const Tensor& a, const Tensor& b, double share) {
  const double count = share * static_cast<double>(a.elements());
  const auto part = [count](std::span<const float> values, std::size_t i) {
    double larger = 0, equal = 0;
    for (const float value : values) {
      larger += value > values[i] ? 1 : 0;
      equal += value == values[i] ? 1 : 0;
    }
    return std::clamp((count - larger) / equal, 0.0, 1.0);
  };
  double common = 0;
  for (std::size_t i = 0; i < static_cast<std::size_t>(a.elements()); ++i)
    common += std::min(part(a.data<float>(), i), part(b.data<float>(), i));
  return common / count;
}

TEST(TopOverlap, by_hand) {
  const Tensor first = f32({2, 5}, {9, 8, 7, 6, 5, 4, 3, 2, 1, 0});
  const Tensor second = f32({2, 5}, {8, 9, 1, 2, 3, 7, 6, 5, 4, 0});
  EXPECT_DOUBLE_EQ(top_overlap(first, first), 1);
  EXPECT_DOUBLE_EQ(top_overlap(first, second), 0) << "the strongest is another pixel";
  EXPECT_DOUBLE_EQ(top_overlap(first, second, 0.2), 1) << "the strongest two are the same";
  EXPECT_DOUBLE_EQ(top_overlap(first, second, 0.3), 2.0 / 3);
  EXPECT_DOUBLE_EQ(top_overlap(first, second, 0.15), 2.0 / 3) << "one pixel and half of another, exchanged";
  EXPECT_DOUBLE_EQ(top_overlap(first, second, 1), 1);
}

TEST(TopOverlap, pixels_of_equal_value_count_in_part) {
  const Tensor flat = f32({2, 5}, {3, 3, 3, 3, 3, 3, 3, 3, 3, 3});
  const Tensor one = f32({2, 5}, {1, 0, 0, 0, 0, 0, 0, 0, 0, 0});
  EXPECT_DOUBLE_EQ(top_overlap(flat, flat), 1);
  EXPECT_DOUBLE_EQ(top_overlap(flat, one), 0.1);
  EXPECT_DOUBLE_EQ(top_overlap(one, flat, 0.1), 0.1);
  // Of two pixels the first map takes one for certain and 1/9 of each of nine zeros, the other the reverse.
  const Tensor other = f32({2, 5}, {0, 1, 0, 0, 0, 0, 0, 0, 0, 0});
  EXPECT_DOUBLE_EQ(top_overlap(one, other, 0.2), (10.0 / 9) / 2);
}

TEST(TopOverlap, is_the_count_of_the_definition) {
  std::vector<float> a, b;
  for (int i = 0; i < 7 * 9; ++i) {
    a.push_back(static_cast<float>(i * 37 % 11));
    b.push_back(static_cast<float>(i * 29 % 17 - i % 3));
  }
  const Tensor first = Tensor::from<float>({7, 9}, a), second = Tensor::from<float>({7, 9}, b);
  for (const double share : {0.01, 0.1, 0.25, 0.5, 0.99, 1.0})
    EXPECT_NEAR(top_overlap(first, second, share), overlap_by_counting(first, second, share), 1e-12) << share;
}

TEST(TopOverlap, refuses_other_shares_and_shapes) {
  const Tensor map = f32({1, 4}, {1, 2, 3, 4});
  EXPECT_THROW((void)top_overlap(map, map, 0), InputError);
  EXPECT_THROW((void)top_overlap(map, map, 1.1), InputError);
  EXPECT_THROW((void)top_overlap(map, f32({2, 2}, {1, 2, 3, 4})), InputError);
}

}  // namespace
}  // namespace fovea::test
