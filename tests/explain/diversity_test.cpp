#include "explain/diversity.hpp"

#include "fixtures.hpp"
#include "fovea/error.hpp"

#include <gtest/gtest.h>

namespace fovea {
namespace {

double cosine(const Features& a, const Features& b) {
  double ab = 0, aa = 0, bb = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    ab += static_cast<double>(a[i]) * b[i];
    aa += static_cast<double>(a[i]) * a[i];
    bb += static_cast<double>(b[i]) * b[i];
  }
  return ab / std::sqrt(aa * bb);
}

TEST(Diversity, SimilarityIsTheMeanCosineAndItsGradientTheDifferences) {
  std::vector<Features> all = {test::random_values(7, 1), test::random_values(7, 2),
                               test::random_values(7, 3)};
  Features gradient;
  const double similarity = similarity_to_others(all, 1, gradient);
  EXPECT_NEAR(similarity, (cosine(all[1], all[0]) + cosine(all[1], all[2])) / 2, 1e-6);
  Features ignored;
  for (std::size_t i = 0; i < 7; ++i) {
    constexpr float step = 1e-2F;
    std::vector<Features> up = all, down = all;
    up[1][i] += step;
    down[1][i] -= step;
    const double slope =
        (similarity_to_others(up, 1, ignored) - similarity_to_others(down, 1, ignored)) / (2.0 * step);
    EXPECT_NEAR(gradient[i], slope, 1e-4);
  }
}

TEST(Diversity, PicturesNotSeenAndZerosAreLikeNothing) {
  const std::vector<Features> all = {{1, 2}, {}, {0, 0}, {1, 2}};
  Features gradient;
  EXPECT_NEAR(similarity_to_others(all, 0, gradient), 1.0 / 3, 1e-6);
  EXPECT_EQ(gradient.size(), 2U);
  EXPECT_EQ(similarity_to_others(all, 2, gradient), 0);
  EXPECT_EQ(gradient, (Features{0, 0}));
}

TEST(Diversity, GramMatricesAndTheirAdjoint) {
  const std::vector<float> layer = test::random_values(30, 4);
  const Features gram = gram_matrix(3, layer);
  for (std::int64_t a = 0; a < 3; ++a)
    for (std::int64_t b = 0; b < 3; ++b) {
      double sum = 0;
      for (std::int64_t p = 0; p < 10; ++p)
        sum += static_cast<double>(layer[static_cast<std::size_t>(a * 10 + p)]) *
               layer[static_cast<std::size_t>(b * 10 + p)];
      EXPECT_NEAR(gram[static_cast<std::size_t>(a * 3 + b)], sum / 10, 1e-6);
    }
  Features weights = test::random_values(9, 5);
  for (std::size_t a = 0; a < 3; ++a)
    for (std::size_t b = 0; b < a; ++b)
      weights[a * 3 + b] = weights[b * 3 + a];
  std::vector<float> gradient(30);
  pull_back_gram(3, layer, weights, gradient);
  auto objective = [&](const std::vector<float>& x) {
    const Features g = gram_matrix(3, x);
    double sum = 0;
    for (std::size_t i = 0; i < g.size(); ++i)
      sum += static_cast<double>(weights[i]) * g[i];
    return sum;
  };
  for (std::size_t i = 0; i < 30; ++i) {
    constexpr float step = 1e-2F;
    std::vector<float> up = layer, down = layer;
    up[i] += step;
    down[i] -= step;
    EXPECT_NEAR(gradient[i], (objective(up) - objective(down)) / (2.0 * step), 1e-4);
  }
}

TEST(Diversity, CoarsePicturesAreMeansOfCells) {
  std::vector<float> picture(2 * 32 * 20);
  for (std::size_t i = 0; i < picture.size(); ++i)
    picture[i] = static_cast<float>(i % 17);
  const Features coarse = coarse_picture(picture, 32, 20);
  ASSERT_EQ(coarse.size(), 2U * 16 * 16);
  // The cells of 20 columns in 16 begin at 0, 2, 3, 4, 5, 7, ...: columns whose 16/20 rounds down to them.
  EXPECT_NEAR(coarse[0], (picture[0] + picture[1] + picture[20] + picture[21]) / 4, 1e-6);
  EXPECT_NEAR(coarse[1], (picture[2] + picture[22]) / 2, 1e-6);
  EXPECT_NEAR(coarse[16], (picture[40] + picture[41] + picture[60] + picture[61]) / 4, 1e-6);
  EXPECT_EQ(coarse_picture(test::random_values(15, 1), 3, 5), test::random_values(15, 1))
      << "small ones stay";
}

TEST(Diversity, CoarsePicturesHaveAnAdjoint) {
  for (const auto& [H, W] : {std::pair<std::int64_t, std::int64_t>{32, 20}, {50, 16}, {3, 40}}) {
    const std::vector<float> x = test::random_values(static_cast<std::size_t>(2 * H * W), 1);
    const Features coarse = coarse_picture(x, H, W), y = test::random_values(coarse.size(), 2);
    std::vector<float> back(x.size());
    pull_back_coarse(y, H, W, back);
    double left = 0, right = 0;
    for (std::size_t i = 0; i < coarse.size(); ++i)
      left += static_cast<double>(coarse[i]) * y[i];
    for (std::size_t i = 0; i < x.size(); ++i)
      right += static_cast<double>(x[i]) * back[i];
    EXPECT_NEAR(left, right, 1e-4);
  }
}

}  // namespace
}  // namespace fovea
