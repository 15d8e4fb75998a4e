#include "base/random.hpp"
#include "fovea/measures.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <map>
#include <string>

/// The measures beside those of Quantus and Captum: see tests/data/maps/README.md.
namespace fovea::test {
namespace {

constexpr std::int64_t kSide = 12;

/// As `values` of tools/make_measure_goldens.py.
Tensor values_of(std::uint64_t seed, double low, const Shape& shape) {
  Tensor tensor(DType::F32, shape);
  Random random(seed);
  for (float& value : tensor.data<float>())
    value = static_cast<float>(low + (1 - low) * random.uniform());
  return tensor;
}

class MeasuresAgainst : public testing::Test {
protected:
  void SetUp() override {
    std::ifstream file(FOVEA_TEST_DATA "/maps/measures.csv");
    std::string line;
    std::getline(file, line);
    while (std::getline(file, line))
      expected[line.substr(0, line.find(','))] = std::stod(line.substr(line.find(',') + 1));
    ASSERT_FALSE(expected.empty());
    for (std::int64_t y = 2; y < 7; ++y)
      for (std::int64_t x = 3; x < 9; ++x)
        object.at(x, y) = 1;
  }

  double of(const std::string& name) { return expected.at(name); }

  Tensor picture = values_of(1, -1, {1, kSide, kSide}), weights = values_of(2, -1, {1, kSide, kSide});
  Tensor map = values_of(3, 0, {kSide, kSide}), black = Tensor(DType::F32, {1, kSide, kSide});
  Mask object = Mask::blank(kSide, kSide);
  Rect region = {0, 0, kSide, kSide};
  std::map<std::string, double> expected;
  /// The logistic function of w . x.
  ScorePictures score = [this](std::span<const float> pictures, std::int64_t) {
    const auto w = weights.data<float>();
    std::vector<double> scores;
    for (std::size_t first = 0; first < pictures.size(); first += w.size()) {
      double sum = 0;
      for (std::size_t i = 0; i < w.size(); ++i)
        sum += static_cast<double>(w[i]) * static_cast<double>(pictures[first + i]);
      scores.push_back(1 / (1 + std::exp(-sum)));
    }
    return scores;
  };
  PictureNumbers logits = [this](const Tensor& x) {
    const double p = score(x.data<float>(), 1)[0];
    return std::vector<double>{std::log(p / (1 - p)), 0};
  };
  static Tensor squares(const Tensor& x) {
    Tensor squares = x.cast(DType::F64).clone();
    for (double& value : squares.data<double>())
      value *= value;
    return squares;
  }
};

TEST_F(MeasuresAgainst, PixelFlippingIsThatOfQuantus) {
  const Curve curve = deletion_curve(picture, map, black, score, {.steps = 16});
  ASSERT_EQ(curve.scores.size(), 17U);
  for (std::size_t i = 0; i < 16; ++i)
    EXPECT_NEAR(curve.scores[i + 1], of("quantus_pixel_flipping_" + std::to_string(i)), 1e-6) << i;
}

TEST_F(MeasuresAgainst, IrofIsThatOfQuantusButForItsFirstPieceAndItsUnit) {
  Tensor labels(DType::I64, {kSide, kSide});
  for (std::int64_t y = 0; y < kSide; ++y)
    for (std::int64_t x = 0; x < kSide; ++x)
      labels.data<std::int64_t>()[static_cast<std::size_t>(y * kSide + x)] = y / 4 * 4 + x / 3;
  // Quantus counts segments from the first removed one on: what lies between it and the whole picture is not
  // in its area.
  std::vector<float> without(picture.data<float>().begin(), picture.data<float>().end());
  double best = -1;
  std::int64_t first = 0;
  for (std::int64_t label = 0; label < 12; ++label) {
    double sum = 0;
    for (std::size_t i = 0; i < without.size(); ++i)
      if (labels.data<std::int64_t>()[i] == label)
        sum += static_cast<double>(map.data<float>()[i]);
    if (sum > best) {
      best = sum;
      first = label;
    }
  }
  for (std::size_t i = 0; i < without.size(); ++i)
    if (labels.data<std::int64_t>()[i] == first)
      without[i] = 0;
  const double drop = score(without, 1)[0] / score(picture.data<float>(), 1)[0];
  EXPECT_NEAR(*irof(picture, map, black, labels, score), (of("quantus_irof") - (1 + drop) / 2) / 12, 1e-6);
}

TEST_F(MeasuresAgainst, SensitivityIsQuantusFaithfulnessCorrelation) {
  EXPECT_NEAR(*sensitivity_n(picture, map, black, score, 20, {.subsets = 40, .seed = 5}),
              of("quantus_faithfulness_correlation"), 1e-6);
}

TEST_F(MeasuresAgainst, StabilityIsThatOfQuantus) {
  EXPECT_NEAR(*max_sensitivity(picture, squares, {.radius = 0.05, .samples = 6, .seed = 7}),
              of("quantus_max_sensitivity"), 1e-6);
  const RelativeStability found =
      relative_stability(picture, squares, logits, {}, {.radius = 0.001, .samples = 6, .seed = 7});
  EXPECT_NEAR(*found.input / of("quantus_relative_input_stability"), 1, 1e-3);
  EXPECT_NEAR(*found.output / of("quantus_relative_output_stability"), 1, 1e-3);
}

TEST_F(MeasuresAgainst, LocalisationIsThatOfQuantus) {
  EXPECT_NEAR(*energy_inside(object, map, region), of("quantus_relevance_mass_accuracy"), 1e-6);
  EXPECT_NEAR(*rank_accuracy(object, map, region), of("quantus_relevance_rank_accuracy"), 1e-9);
}

TEST_F(MeasuresAgainst, EntropyIsThatOfQuantus) {
  EXPECT_NEAR(*histogram_entropy(map), of("quantus_discrete_entropy"), 1e-9);
}

TEST_F(MeasuresAgainst, InfidelityIsThatOfCaptum) {
  InfidelityOptions options = {.samples = 30, .largest = 0.5, .scaled = false, .seed = 9};
  EXPECT_NEAR(infidelity(picture, map, black, score, options) / of("captum_infidelity"), 1, 1e-6);
  options.scaled = true;
  EXPECT_NEAR(infidelity(picture, map, black, score, options) / of("captum_infidelity_normalized"), 1, 1e-5);
}

}  // namespace
}  // namespace fovea::test
