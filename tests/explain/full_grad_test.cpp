#include "slow_network.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

/// FullGrad (Srinivas & Fleuret 2019), written a second time for a network of one convolution.
namespace fovea::test {
namespace {

const Shape kPicture = {3, 8, 8};

/// |v|, stretched to 0..1 over all channels, and summed over them.
std::vector<double> stretched(std::vector<double> values) {
  for (double& value : values)
    value = std::abs(value);
  const double low = *std::min_element(values.begin(), values.end()),
               high = *std::max_element(values.begin(), values.end());
  std::vector<double> sum(64, 0);
  for (std::size_t i = 0; i < values.size(); ++i)
    sum[i % 64] += (values[i] - low) / (high - low);
  return sum;
}

TEST(FullGrad, IsTheMapOfThePictureAndOfTheBiases) {
  const Model model = built(cam_network());
  const Tensor input = input_of(kPicture);
  std::vector<double> of_input = values_of(input);
  const std::vector<double> x = of_input;
  const std::vector<double> of_picture = SlowNetwork(model).gradient(x, 1);
  std::vector<double> of_bias = SlowNetwork(model, Rule::Gradient, "c1").gradient(x, 1);
  const std::vector<float> bias = random_values(6, 32);
  for (std::size_t i = 0; i < of_input.size(); ++i)
    of_input[i] *= of_picture[i];
  for (std::size_t i = 0; i < of_bias.size(); ++i)
    of_bias[i] *= static_cast<double>(bias[i / 64]);
  std::vector<double> expected = stretched(of_input);
  const std::vector<double> behind = stretched(of_bias);
  std::transform(expected.begin(), expected.end(), behind.begin(), expected.begin(), std::plus<>());
  Explainer explain = explainer_by(model, "full-grad");
  const Attribution found = explain.attribute(input, {1, {}});
  expect_near(found.relevance, expected, 1e-4, "FullGrad");
  EXPECT_LT(found.completeness_error.value(), 1e-5);
}

/// The biases take all that a gradient times input leaves over, whatever the functions are.
TEST(FullGrad, IsComplete) {
  for (const auto& [height, width] : {std::pair{14, 22}, std::pair{16, 16}}) {
    const Model model = built(test::small_network(height, width));  // with a Sigmoid
    Explainer explain = explainer_by(model, "full-grad");
    for (std::int64_t target = 0; target < 5; ++target) {
      EXPECT_LT(explain.attribute(input_of({3, height, width}), {target, {}}).completeness_error.value(),
                1e-4);
      EXPECT_LT(explain.attribute(input_of({3, height, width}), {target, (target + 1) % 5})
                    .completeness_error.value(),
                1e-4);
    }
  }
}

TEST(FullGrad, WithoutBiasesIsGradientTimesInput) {
  const std::vector<float> weights = random_values(2 * 3 * 20, 9);
  const Model model = built(test::linear_model({1, 3, 4, 5}, weights, {0, 0}));
  const Tensor input = input_of({3, 4, 5});
  Explainer product = explainer_by(model, "gradient-x-input"), full = explainer_by(model, "full-grad");
  std::vector<double> values = values_of(product.attribute(input, {1, {}}).relevance), expected(20, 0);
  double low = std::abs(values[0]), high = low;
  for (const double value : values) {
    low = std::min(low, std::abs(value));
    high = std::max(high, std::abs(value));
  }
  for (std::size_t i = 0; i < values.size(); ++i)
    expected[i % 20] += (std::abs(values[i]) - low) / (high - low);
  expect_near(full.attribute(input, {1, {}}).relevance, expected, 1e-5, "FullGrad");
}

}  // namespace
}  // namespace fovea::test
