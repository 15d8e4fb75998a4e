#include "fovea/error.hpp"
#include "fovea/measures.hpp"
#include "measure_fixture.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace fovea::test {
namespace {

/// Noise by the same numbers, written anew.
std::vector<Tensor> noisy_pictures(const Tensor& picture, const StabilityOptions& options) {
  const auto values = picture.data<float>();
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  const double bound = options.radius * (static_cast<double>(*high) - static_cast<double>(*low));
  Random random(options.seed);
  std::vector<Tensor> all;
  for (std::int64_t i = 0; i < options.samples; ++i) {
    all.push_back(picture.clone());
    for (float& value : all.back().data<float>())
      value += static_cast<float>(bound * (2 * random.uniform() - 1));
  }
  return all;
}

double norm_of(const Tensor& a, const Tensor* less = nullptr, const Tensor* relative_to = nullptr) {
  double sum = 0;
  for (std::size_t i = 0; i < static_cast<std::size_t>(a.elements()); ++i) {
    double value = static_cast<double>(a.data<float>()[i]);
    if (less)
      value -= static_cast<double>(less->data<float>()[i]);
    if (relative_to)
      value /= static_cast<double>(relative_to->data<float>()[i]);
    sum += value * value;
  }
  return std::sqrt(sum);
}

/// The squares of the picture's values.
Tensor squares(const Tensor& picture) {
  Tensor map = picture.clone();
  for (float& value : map.data<float>())
    value *= value;
  return map;
}

TEST(MaxSensitivity, IsNoneForAMapThatStays) {
  const Tensor picture = normal_tensor({3, 8, 8}, 1), map = normal_tensor({3, 8, 8}, 2);
  EXPECT_EQ(*max_sensitivity(picture, [&](const Tensor&) { return map; }), 0);
}

TEST(MaxSensitivity, IsThatOfThePictureForThePictureItself) {
  const Tensor picture = normal_tensor({3, 8, 9}, 1);
  const StabilityOptions options = {.radius = 0.1, .samples = 7, .seed = 4};
  double largest = 0;
  for (const Tensor& noisy : noisy_pictures(picture, options))
    largest = std::max(largest, norm_of(noisy, &picture) / norm_of(picture));
  EXPECT_NEAR(*max_sensitivity(
                  picture, [](const Tensor& x) { return x; }, options),
              largest, 1e-9);
  EXPECT_GT(largest, 0.01);
}

TEST(MaxSensitivity, OfNoRelevanceIsUndefined) {
  const Tensor picture = normal_tensor({1, 4, 4}, 1);
  EXPECT_FALSE(max_sensitivity(picture, [](const Tensor&) { return Tensor(DType::F32, {4, 4}); }));
}

TEST(RelativeStability, AgreesWithItsDefinition) {
  const Tensor picture = normal_tensor({2, 5, 6}, 3);
  const StabilityOptions options = {.radius = 0.05, .samples = 9, .seed = 2};
  const PictureNumbers scores = [](const Tensor& x) {
    double sum = 0;
    for (const float value : x.data<float>())
      sum += static_cast<double>(value);
    return std::vector<double>{100 + sum, 1};
  };
  const PictureNumbers layer = [](const Tensor& x) {
    return std::vector<double>{2 * static_cast<double>(x.data<float>()[0]), 5};
  };
  double input = 0, output = 0, representation = 0;
  for (const Tensor& noisy : noisy_pictures(picture, options)) {
    const Tensor from = squares(picture), to = squares(noisy);
    const double change = norm_of(from, &to, &from);
    input = std::max(input, change / norm_of(picture, &noisy, &picture));
    output = std::max(output, change / std::abs(scores(picture)[0] - scores(noisy)[0]));
    representation = std::max(representation, change / std::abs(1 - layer(noisy)[0] / layer(picture)[0]));
  }
  const RelativeStability found = relative_stability(picture, squares, scores, layer, options);
  EXPECT_NEAR(*found.input, input, 1e-6 * input);
  EXPECT_NEAR(*found.output, output, 1e-6 * output);
  EXPECT_NEAR(*found.representation, representation, 1e-6 * representation);
  EXPECT_FALSE(relative_stability(picture, squares, scores, {}, options).representation);
}

TEST(RelativeStability, IsNoneForAMapThatStays) {
  const Tensor picture = normal_tensor({1, 4, 4}, 3), map = normal_tensor({4, 4}, 4);
  const auto one = [](const Tensor& x) {
    return std::vector<double>{static_cast<double>(x.data<float>()[0])};
  };
  const RelativeStability found = relative_stability(
      picture, [&](const Tensor&) { return map; }, one);
  EXPECT_EQ(*found.input, 0);
  EXPECT_EQ(*found.output, 0);
}

TEST(RelativeStability, LeavesOutNoiseThatChangesTheGuess) {
  const Tensor picture = normal_tensor({1, 4, 4}, 3);
  const PictureNumbers scores = [&](const Tensor& x) {
    const bool is_picture = x.data<float>()[0] == picture.data<float>()[0];
    return is_picture ? std::vector<double>{1, 0} : std::vector<double>{0, 1};
  };
  const RelativeStability found = relative_stability(picture, squares, scores);
  EXPECT_FALSE(found.input);
  EXPECT_FALSE(found.output);
}

TEST(Stability, RefusesNoSamplesAndMapsOfOtherShapes) {
  const Tensor picture = normal_tensor({1, 4, 4}, 3);
  EXPECT_EQ(message_of<InputError>([&] { (void)max_sensitivity(picture, squares, {.samples = 0}); }),
            "0 noisy pictures: expected at least 1");
  EXPECT_THROW((void)max_sensitivity(picture, squares, {.radius = 0}), InputError);
  int calls = 0;
  const ExplainPicture changing = [&](const Tensor&) {
    Tensor map(DType::F32, {1, ++calls});
    std::fill_n(map.data<float>().begin(), calls, 1.0F);
    return map;
  };
  EXPECT_THROW((void)max_sensitivity(picture, changing), InputError);
}

}  // namespace
}  // namespace fovea::test
