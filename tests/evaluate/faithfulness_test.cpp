#include "fovea/measures.hpp"

#include "base/random.hpp"
#include "fovea/error.hpp"
#include "support/tensors.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>
#include <vector>

namespace fovea::test {
namespace {

Tensor random_picture(const Shape& shape, std::uint64_t seed) {
  Tensor picture(DType::F32, shape);
  Random random(seed);
  for (float& value : picture.data<float>())
    value = static_cast<float>(random.normal());
  return picture;
}

/// f(x) = g(w . x) for each picture of a call.
template <class Function>
ScorePictures scored_by(const Tensor& weights, Function g) {
  return [weights, g](std::span<const float> pictures, std::int64_t count) {
    const auto w = weights.data<float>();
    EXPECT_EQ(pictures.size(), w.size() * static_cast<std::size_t>(count));
    std::vector<double> scores;
    for (std::size_t first = 0; first < pictures.size(); first += w.size()) {
      double sum = 0;
      for (std::size_t i = 0; i < w.size(); ++i)
        sum += static_cast<double>(w[i]) * static_cast<double>(pictures[first + i]);
      scores.push_back(g(sum));
    }
    return scores;
  };
}
double same(double x) {
  return x;
}
double squashed(double x) {
  return 1 / (1 + std::exp(-x));
}

/// w * x, summed over the channels.
Tensor contributions(const Tensor& weights, const Tensor& picture) {
  Tensor map(DType::F64, {picture.shape()[1], picture.shape()[2]});
  const auto values = map.data<double>();
  for (std::size_t i = 0; i < static_cast<std::size_t>(picture.elements()); ++i)
    values[i % values.size()] +=
        static_cast<double>(weights.data<float>()[i]) * static_cast<double>(picture.data<float>()[i]);
  return map;
}

/// One point of a deletion curve, from scratch: the mask of the `count` pixels that are ahead of others.
double deleted_score(const Tensor& picture, const Tensor& map, const Tensor& baseline,
                     const ScorePictures& score, std::size_t count) {
  const Tensor wide = map.cast(DType::F64);
  const auto values = wide.data<double>();
  std::vector<float> changed(picture.data<float>().begin(), picture.data<float>().end());
  for (std::size_t i = 0; i < changed.size(); ++i) {
    const double own = values[i % values.size()];
    const auto ahead = std::count_if(values.begin(), values.end(), [&](double value) { return value > own; });
    if (static_cast<std::size_t>(ahead) < count)
      changed[i] = baseline.data<float>()[i];
  }
  return score(changed, 1)[0];
}

TEST(RankPixels, OrdersByValueAndShufflesTies) {
  const Tensor map = f32({2, 3}, {5, 1, 3, 2, 4, 0});
  EXPECT_EQ(rank_pixels(map, PixelOrder::MostRelevantFirst), (std::vector<std::int64_t>{0, 4, 2, 3, 1, 5}));
  EXPECT_EQ(rank_pixels(map, PixelOrder::LeastRelevantFirst), (std::vector<std::int64_t>{5, 1, 3, 2, 4, 0}));
  const Tensor flat(DType::F32, {10, 10});
  const auto order = rank_pixels(flat, PixelOrder::MostRelevantFirst, 1);
  EXPECT_EQ(order, rank_pixels(flat, PixelOrder::MostRelevantFirst, 1));
  EXPECT_NE(order, rank_pixels(flat, PixelOrder::MostRelevantFirst, 2));
  EXPECT_FALSE(std::is_sorted(order.begin(), order.end()));
  EXPECT_EQ(std::set<std::int64_t>(order.begin(), order.end()).size(), 100U);
}

TEST(Curves, AreaByHand) {
  EXPECT_DOUBLE_EQ((Curve{{0, 0.5, 1}, {1, 0.5, 0.5}}.area()), 0.625);
  EXPECT_DOUBLE_EQ((Curve{{0, 0.2, 0.5}, {2, 1, 1}}.area()), (0.3 + 0.3) / 0.5);
  EXPECT_DOUBLE_EQ((Curve{{0}, {7}}.area()), 0);
  const auto curve = rescaled({{0, 1}, {0.75, 0.25}}, 0.25, 0.75);
  EXPECT_EQ(curve->scores, (std::vector<double>{1, 0}));
  EXPECT_FALSE(rescaled({{0, 1}, {1, 1}}, 1, 1));
  EXPECT_FALSE(rescaled({{0, 1}, {1, 1}}, 1, 0.5));
}

TEST(Deletion, OfTheOnlyRelevantPixelFirst) {
  Tensor weights(DType::F32, {2, 5, 5}), picture(DType::F32, {2, 5, 5}), map(DType::F32, {5, 5});
  weights.data<float>()[25 + 7] = 1;
  std::fill_n(picture.data<float>().data(), 50, 1.0F);
  map.data<float>()[7] = 1;
  const Tensor black(DType::F32, {2, 5, 5});
  const auto score = scored_by(weights, same);
  const CurveOptions options = {25, 4, 0};
  const Curve deletion = deletion_curve(picture, map, black, score, options);
  EXPECT_DOUBLE_EQ(deletion.area(), 0.5 / 25);  // 1 at the start, 0 from the first step
  EXPECT_DOUBLE_EQ(insertion_curve(picture, map, black, score, options).area(), 1 - 0.5 / 25);
  EXPECT_DOUBLE_EQ(deletion_curve(picture, map, black, score, options, PixelOrder::LeastRelevantFirst).area(),
                   1 - 0.5 / 25);
}

TEST(Deletion, AgreesWithMasksMadeFromScratch) {
  const Tensor picture = random_picture({3, 7, 9}, 1), weights = random_picture({3, 7, 9}, 2);
  const Tensor baseline = random_picture({3, 7, 9}, 3), map = random_map(7, 9, 4);
  const auto score = scored_by(weights, squashed);
  for (const std::int64_t steps : {1, 7, 20, 63, 500}) {
    const Curve curve = deletion_curve(picture, map, baseline, score, {steps, 5, 0});
    ASSERT_EQ(curve.shares.size(), static_cast<std::size_t>(std::min<std::int64_t>(steps, 63) + 1));
    ASSERT_EQ(curve.scores.size(), curve.shares.size());
    for (std::size_t i = 0; i < curve.shares.size(); ++i) {
      const auto count = static_cast<std::size_t>(std::llround(curve.shares[i] * 63));
      EXPECT_NEAR(curve.scores[i], deleted_score(picture, map, baseline, score, count), 1e-12);
    }
    EXPECT_EQ(curve.shares.front(), 0);
    EXPECT_EQ(curve.shares.back(), 1);
  }
}

TEST(Insertion, IsDeletionOfTheOtherOrderBackwards) {
  const Tensor picture = random_picture({3, 6, 8}, 5), weights = random_picture({3, 6, 8}, 6);
  const Tensor blurred = blurred_picture(picture, 0.3), map = random_map(6, 8, 7);
  const auto score = scored_by(weights, squashed);
  const Curve in = insertion_curve(picture, map, blurred, score, {48, 7, 0});
  Curve out = deletion_curve(picture, map, blurred, score, {48, 7, 0}, PixelOrder::LeastRelevantFirst);
  std::reverse(out.scores.begin(), out.scores.end());
  for (std::size_t i = 0; i < in.scores.size(); ++i)
    EXPECT_NEAR(in.scores[i], out.scores[i], 1e-12);
}

TEST(Curves, DoNotDependOnTheBatchAndStayWithinIt) {
  const Tensor picture = random_picture({3, 6, 8}, 8), weights = random_picture({3, 6, 8}, 9);
  const Tensor baseline = mean_colour_picture(picture), map = random_map(6, 8, 10);
  const auto plain = scored_by(weights, squashed);
  const Curve one = deletion_curve(picture, map, baseline, plain, {20, 1, 0});
  for (const std::int64_t batch : {2, 8, 21, 100}) {
    std::int64_t most = 0;
    const ScorePictures watched = [&](std::span<const float> pictures, std::int64_t count) {
      most = std::max(most, count);
      return plain(pictures, count);
    };
    EXPECT_EQ(deletion_curve(picture, map, baseline, watched, {20, batch, 0}).scores, one.scores);
    EXPECT_EQ(most, std::min<std::int64_t>(batch, 21));
  }
}

TEST(Baselines, KeepWhatTheySay) {
  const Tensor picture = random_picture({3, 20, 30}, 11);
  const Tensor flat = mean_colour_picture(picture);
  for (std::size_t c = 0; c < 3; ++c) {
    const auto plane = picture.data<float>().subspan(c * 600, 600);
    const double mean = std::accumulate(plane.begin(), plane.end(), 0.0) / 600;
    EXPECT_NEAR(flat.data<float>()[c * 600], mean, 1e-6);
    EXPECT_EQ(flat.data<float>()[c * 600], flat.data<float>()[c * 600 + 599]);
  }
  EXPECT_TRUE(near(blurred_picture(picture, 0), picture, 0));
  EXPECT_TRUE(near(blurred_picture(flat), flat, 1e-6));
  const auto spread = [](const Tensor& t) {
    double sum = 0;
    for (const float value : t.data<float>())
      sum += static_cast<double>(value) * static_cast<double>(value);
    return sum;
  };
  // White noise keeps 1 / (4 pi sigma^2) of its power; sigma is 2 here.
  EXPECT_NEAR(spread(blurred_picture(picture, 0.1)) / spread(picture), 1 / (16 * M_PI), 0.015);
  EXPECT_THROW(flat_picture({3, 2, 2}, std::vector<float>{1, 2}), InputError);
}

TEST(Road, KeepsTheScoreWhereRemovedPixelsCanBeInferred) {
  // A slope over the picture: what is taken out is put back as it was, whatever the order.
  Tensor picture(DType::F32, {1, 20, 20}), weights = random_picture({1, 20, 20}, 12);
  for (std::size_t i = 0; i < 400; ++i)
    picture.data<float>()[i] = static_cast<float>(i % 20);
  Tensor map(DType::F32, {20, 20});
  for (std::size_t i = 0; i < 400; ++i)
    map.data<float>()[i] = i % 20 > 0 && i % 20 < 19 && i / 20 > 0 && i / 20 < 19 ? 1.0F : 0.0F;
  const auto score = scored_by(weights, same);
  RoadOptions options;
  options.shares = {0.1, 0.4, 0.81};
  options.noise = 0;
  const Curve curve = road_curve(picture, map, score, PixelOrder::MostRelevantFirst, options);
  EXPECT_EQ(curve.shares, (std::vector<double>{0, 0.1, 0.4, 0.81}));
  for (const double value : curve.scores)
    EXPECT_NEAR(value, curve.scores[0], 1e-2);
}

TEST(Road, RemovesMostAndLeastRelevantPixels) {
  // A bright square on black, and a map that knows it: the mean brightness falls when it goes first.
  Tensor picture(DType::F32, {1, 16, 16}), map(DType::F32, {16, 16}), weights(DType::F32, {1, 16, 16});
  std::fill_n(weights.data<float>().data(), 256, 1.0F / 16);
  for (std::size_t y = 5; y < 10; ++y)
    for (std::size_t x = 5; x < 10; ++x)
      picture.data<float>()[y * 16 + x] = map.data<float>()[y * 16 + x] = 1;
  RoadOptions options;
  options.shares = {0.1, 0.5};
  options.noise = 0;
  const auto score = scored_by(weights, same);
  const Curve most = road_curve(picture, map, score, PixelOrder::MostRelevantFirst, options);
  const Curve least = road_curve(picture, map, score, PixelOrder::LeastRelevantFirst, options);
  EXPECT_NEAR(most.scores[2], 0, 1e-6);
  EXPECT_GT(least.scores[2], most.scores[0] - 1e-6);
}

TEST(Road, NoiseHasItsDeviationAndOnlyWherePixelsWereRemoved) {
  const Tensor picture = random_picture({3, 30, 30}, 13), map = random_map(30, 30, 14);
  std::vector<std::vector<float>> seen[2];
  const auto record = [&](std::size_t which) {
    return ScorePictures([&seen, which](std::span<const float> pictures, std::int64_t) {
      seen[which].emplace_back(pictures.begin(), pictures.end());
      return std::vector<double>{0};
    });
  };
  RoadOptions options;
  options.shares = {0.5};
  options.batch = 1;
  options.noise = 0;
  road_curve(picture, map, record(0), PixelOrder::MostRelevantFirst, options);
  options.noise = 0.2;
  road_curve(picture, map, record(1), PixelOrder::MostRelevantFirst, options);
  double squares = 0;
  int changed = 0;
  for (std::size_t i = 0; i < 2700; ++i) {
    const double difference = static_cast<double>(seen[1][1][i]) - static_cast<double>(seen[0][1][i]);
    squares += difference * difference;
    changed += difference != 0 ? 1 : 0;
  }
  EXPECT_EQ(changed, 3 * 450);
  EXPECT_NEAR(std::sqrt(squares / changed), 0.2, 0.02);
  EXPECT_EQ(seen[0][0], seen[1][0]);
}

TEST(SensitivityN, IsOneForALinearScoreAndItsContributions) {
  const Tensor picture = random_picture({3, 6, 7}, 15), weights = random_picture({3, 6, 7}, 16);
  const Tensor black(DType::F32, {3, 6, 7});
  const Tensor exact = contributions(weights, picture);
  const auto score = scored_by(weights, same);
  for (const std::int64_t n : {1, 5, 20, 41})
    EXPECT_NEAR(*sensitivity_n(picture, exact, black, score, n), 1, 1e-9) << n;
  Tensor turned = exact.clone();
  for (double& value : turned.data<double>())
    value = -3 * value;
  EXPECT_NEAR(*sensitivity_n(picture, turned, black, score, 5), -1, 1e-9);
  EXPECT_LT(std::abs(*sensitivity_n(picture, random_map(6, 7, 1), black, score, 5, {2000, 16, 0})), 0.4);
}

TEST(SensitivityN, AgreesWithTheExactCorrelationOverAllSets) {
  // All 28 pairs of 8 pixels; 20000 random ones come close to them.
  const Tensor picture = random_picture({1, 2, 4}, 17), weights = random_picture({1, 2, 4}, 18);
  const Tensor map = random_map(2, 4, 19), black(DType::F32, {1, 2, 4});
  const auto score = scored_by(weights, squashed);
  std::vector<double> sums, falls;
  for (std::size_t i = 0; i < 8; ++i)
    for (std::size_t j = 0; j < i; ++j) {
      std::vector<float> changed(picture.data<float>().begin(), picture.data<float>().end());
      changed[i] = changed[j] = 0;
      sums.push_back(static_cast<double>(map.data<float>()[i]) + static_cast<double>(map.data<float>()[j]));
      falls.push_back(score(picture.data<float>(), 1)[0] - score(changed, 1)[0]);
    }
  double a = 0, b = 0, ab = 0, aa = 0, bb = 0;
  for (std::size_t i = 0; i < 28; ++i) {
    a += sums[i] / 28;
    b += falls[i] / 28;
    ab += sums[i] * falls[i] / 28;
    aa += sums[i] * sums[i] / 28;
    bb += falls[i] * falls[i] / 28;
  }
  const double exact = (ab - a * b) / std::sqrt((aa - a * a) * (bb - b * b));
  EXPECT_NEAR(*sensitivity_n(picture, map, black, score, 2, {20000, 64, 3}), exact, 0.03);
}

TEST(SensitivityN, IsNoneWhereNothingVaries) {
  const Tensor picture = random_picture({1, 3, 3}, 20), black(DType::F32, {1, 3, 3});
  const auto score = scored_by(picture, same);
  const auto constant = scored_by(picture, [](double) { return 0.5; });
  EXPECT_FALSE(sensitivity_n(picture, Tensor(DType::F32, {3, 3}), black, score, 2));
  EXPECT_FALSE(sensitivity_n(picture, random_map(3, 3, 1), black, constant, 2));
  EXPECT_FALSE(sensitivity_n(picture, random_map(3, 3, 1), black, score, 9));
}

TEST(Completeness, ByHand) {
  const Completeness sums = completeness(f32({2, 1, 2}, {1, -2, 3, 0.5}), 4, 1.25);
  EXPECT_DOUBLE_EQ(sums.relevance, 2.5);
  EXPECT_DOUBLE_EQ(sums.change, 2.75);
  EXPECT_DOUBLE_EQ(sums.error(), -0.25);
  EXPECT_DOUBLE_EQ(*sums.relative_error(), 1.0 / 11);
  EXPECT_FALSE(completeness(f32({1}, {1}), 2, 2).relative_error());
  EXPECT_THROW(completeness(f32({1}, {NAN}), 2, 2), InputError);
  EXPECT_THROW(completeness(i64({1}, {1}), 2, 2), InputError);
}

TEST(Faithfulness, RefusesWhatDoesNotFit) {
  const Tensor picture = random_picture({1, 4, 4}, 21), map = random_map(4, 4, 1);
  const auto score = scored_by(picture, same);
  EXPECT_THROW(deletion_curve(picture, random_map(4, 5, 1), picture, score), InputError);
  EXPECT_THROW(deletion_curve(picture, map, Tensor(DType::F32, {1, 4, 5}), score), InputError);
  EXPECT_THROW(deletion_curve(picture, map, picture, score, {0, 1, 0}), InputError);
  EXPECT_THROW(deletion_curve(picture, map, picture, score, {5, 0, 0}), InputError);
  EXPECT_THROW(sensitivity_n(picture, map, picture, score, 0), InputError);
  EXPECT_THROW(sensitivity_n(picture, map, picture, score, 17), InputError);
  RoadOptions options;
  options.shares = {0.5, 0.5};
  EXPECT_THROW(road_curve(picture, map, score, PixelOrder::MostRelevantFirst, options), InputError);
  options.shares = {1};
  EXPECT_THROW(road_curve(picture, map, score, PixelOrder::MostRelevantFirst, options), InputError);
  const ScorePictures nothing = [](std::span<const float>, std::int64_t) { return std::vector<double>(); };
  EXPECT_THROW(deletion_curve(picture, map, picture, nothing), InputError);
  const ScorePictures broken = [](std::span<const float>, std::int64_t count) {
    return std::vector<double>(static_cast<std::size_t>(count), NAN);
  };
  EXPECT_THROW(deletion_curve(picture, map, picture, broken), InputError);
}

}  // namespace
}  // namespace fovea::test
