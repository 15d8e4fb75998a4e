#include "explain/fourier_basis.hpp"

#include "fixtures.hpp"

#include <gtest/gtest.h>

#include <numbers>

namespace fovea {
namespace {

constexpr InputSize kSize{3, 6, 9};
constexpr std::size_t kPlane = 54;

std::vector<float> synthesized(const FourierBasis& basis, std::vector<float> z) {
  basis.synthesize(z);
  return z;
}

/// The matrix of the map, column by column: pictures of single coefficients.
std::vector<std::vector<float>> columns_of(const FourierBasis& basis, std::size_t elements) {
  std::vector<std::vector<float>> columns;
  for (std::size_t i = 0; i < elements; ++i) {
    std::vector<float> unit(elements, 0.0F);
    unit[i] = 1;
    columns.push_back(synthesized(basis, unit));
  }
  return columns;
}

TEST(FourierBasis, TheGradientComesBackThroughTheAdjoint) {
  for (const InputSize& size : {kSize, InputSize{1, 5, 4}, InputSize{4, 4, 4}})
    for (ChannelOrder order : {ChannelOrder::RGB, ChannelOrder::BGR}) {
      const FourierBasis basis(size, order);
      const auto elements = static_cast<std::size_t>(size.channels * size.height * size.width);
      const std::vector<float> z = test::random_values(elements, 1), g = test::random_values(elements, 2);
      const std::vector<float> u = synthesized(basis, z);
      std::vector<float> back = g;
      basis.pull_back(back);
      double left = 0, right = 0;
      for (std::size_t i = 0; i < elements; ++i) {
        left += static_cast<double>(u[i]) * g[i];
        right += static_cast<double>(z[i]) * back[i];
      }
      EXPECT_NEAR(left, right, 1e-4);
    }
}

TEST(FourierBasis, AnalysisUndoesSynthesis) {
  for (ChannelOrder order : {ChannelOrder::RGB, ChannelOrder::BGR}) {
    const FourierBasis basis(kSize, order);
    const std::vector<float> z = test::random_values(3 * kPlane, 3);
    std::vector<float> back = synthesized(basis, z);
    basis.analyze(back);
    for (std::size_t i = 0; i < z.size(); ++i)
      EXPECT_NEAR(back[i], z[i], 2e-4);
  }
}

/// Independent coefficients of variance 1: the covariance of two values of the picture is the product of
/// their rows of the map.
TEST(FourierBasis, PicturesHaveTheColoursCovariance) {
  for (ChannelOrder order : {ChannelOrder::RGB, ChannelOrder::BGR}) {
    const FourierBasis basis(kSize, order);
    const auto columns = columns_of(basis, 3 * kPlane);
    for (std::size_t a = 0; a < 3; ++a)
      for (std::size_t b = 0; b < 3; ++b)
        for (std::size_t pixel : {std::size_t{0}, std::size_t{31}}) {
          double covariance = 0;
          for (const auto& column : columns)
            covariance += static_cast<double>(column[a * kPlane + pixel]) * column[b * kPlane + pixel];
          const bool flipped = order == ChannelOrder::BGR;
          EXPECT_NEAR(covariance, kColourCovariance[flipped ? 2 - a : a][flipped ? 2 - b : b], 1e-4);
        }
  }
}

/// The spectrum's three channels make pictures of three colours that are orthogonal, brightness the
/// strongest.
TEST(FourierBasis, ItsChannelsAreUncorrelatedColours) {
  const FourierBasis basis(kSize, ChannelOrder::RGB);
  std::vector<std::array<double, 3>> colours;
  for (std::size_t channel = 0; channel < 3; ++channel) {
    std::vector<float> z(3 * kPlane, 0.0F);
    z[channel * kPlane] = 1;
    const std::vector<float> u = synthesized(basis, z);
    colours.push_back({u[0], u[kPlane], u[2 * kPlane]});
  }
  auto dot = [&](std::size_t a, std::size_t b) {
    return colours[a][0] * colours[b][0] + colours[a][1] * colours[b][1] + colours[a][2] * colours[b][2];
  };
  std::vector<double> lengths = {dot(0, 0), dot(1, 1), dot(2, 2)};
  for (std::size_t a = 0; a < 3; ++a)
    for (std::size_t b = 0; b < a; ++b)
      EXPECT_NEAR(dot(a, b), 0, 1e-4 * std::sqrt(lengths[a] * lengths[b]));
  const auto brightest =
      static_cast<std::size_t>(std::max_element(lengths.begin(), lengths.end()) - lengths.begin());
  EXPECT_GT(colours[brightest][0] * colours[brightest][1], 0);
  EXPECT_GT(colours[brightest][0] * colours[brightest][2], 0);
}

/// One coefficient is one wave, as high as 1 over its frequency.
TEST(FourierBasis, AmplitudesFallWithTheFrequency) {
  const InputSize size{1, 8, 8};
  const FourierBasis basis(size, ChannelOrder::RGB);
  auto amplitude = [&](std::size_t k, std::size_t l) {
    std::vector<float> z(64, 0.0F);
    z[k * 8 + l] = 1;
    double squares = 0;
    for (float value : synthesized(basis, z))
      squares += static_cast<double>(value) * value;
    return std::sqrt(squares);
  };
  EXPECT_NEAR(amplitude(0, 1) / amplitude(0, 2), 2, 1e-4);
  EXPECT_NEAR(amplitude(0, 3), amplitude(5, 0), 1e-4) << "5 of 8 is the frequency 3";
  EXPECT_NEAR(amplitude(0, 1) / amplitude(1, 1), std::numbers::sqrt2, 1e-4);
  EXPECT_NEAR(amplitude(0, 0), amplitude(0, 1), 1e-4) << "the mean counts as the lowest frequency";
}

}  // namespace
}  // namespace fovea
