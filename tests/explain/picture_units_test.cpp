#include "explain/picture_units.hpp"

#include "fixtures.hpp"
#include "fovea/features.hpp"

#include <gtest/gtest.h>

namespace fovea {
namespace {

constexpr double kMean[] = {0.485, 0.456, 0.406};
constexpr double kDeviation = 0.226;

std::vector<Preprocessing> conventions() {
  std::vector<Preprocessing> list;
  for (const char* name : {"torchvision", "caffe", "tf", "none"})
    for (ChannelOrder order : {ChannelOrder::RGB, ChannelOrder::BGR}) {
      list.push_back(preprocessing_preset(name));
      list.back().channel_order = order;
    }
  return list;
}

TEST(PictureUnits, GoThereAndBack) {
  for (const Preprocessing& p : conventions())
    for (std::int64_t channels : {1, 3, 4}) {
      const PictureUnits units(p, channels);
      const std::vector<float> start = test::random_values(static_cast<std::size_t>(channels) * 6, 3);
      std::vector<float> x = start;
      units.to_network(x);
      units.to_standard(x);
      for (std::size_t i = 0; i < x.size(); ++i)
        EXPECT_NEAR(x[i], start[i], 1e-5);
    }
}

TEST(PictureUnits, AStandardValueIsOneBrightnessInEveryConvention) {
  for (const Preprocessing& p : conventions()) {
    const PictureUnits units(p, 3);
    for (double standard : {0.0, 1.0, -0.7}) {
      std::vector<float> x(3, static_cast<float>(standard));
      units.to_network(x);
      for (std::size_t c = 0; c < 3; ++c) {
        const std::size_t colour = p.channel_order == ChannelOrder::BGR ? 2 - c : c;
        const double pixel = 255 * (kMean[colour] + standard * kDeviation);
        EXPECT_NEAR(x[c], (pixel * p.scale - p.mean[colour]) / p.std[colour],
                    2e-5 * std::max(1.0, 255 * p.scale));
      }
    }
  }
}

TEST(PictureUnits, TheGradientFollowsTheChainRule) {
  for (const Preprocessing& p : conventions()) {
    const PictureUnits units(p, 3);
    std::vector<float> g = {1, 1, 1}, low(3, 0.0F), high(3, 1.0F);
    units.to_standard_gradient(g);
    units.to_network(low);
    units.to_network(high);
    for (std::size_t c = 0; c < 3; ++c)
      EXPECT_NEAR(g[c], high[c] - low[c], 1e-5 * std::max(1.0, 255 * p.scale));
  }
}

TEST(PictureUnits, ColoursEndAtBlackAndWhite) {
  for (const Preprocessing& p : conventions()) {
    const PictureUnits units(p, 3);
    std::vector<float> x = {-100, 100, -100, 100, -100, 100};
    units.clip_to_colours(x);
    units.to_network(x);
    const Image image = denormalize(x.data(), p, 3, 2, 1);
    for (std::size_t c = 0; c < 3; ++c) {
      EXPECT_EQ(image.at(0, 0)[c], 0);
      EXPECT_EQ(image.at(1, 0)[c], 255);
    }
    std::vector<float> inside = {0.5F, -0.5F, 0.2F};
    units.clip_to_colours(inside);
    EXPECT_EQ(inside, (std::vector<float>{0.5F, -0.5F, 0.2F}));
  }
}

TEST(PictureUnits, TheFittedPictureIsOneInEveryConvention) {
  const std::vector<float> standard = test::random_values(3 * 4 * 5, 9);
  auto shown = [&](const Preprocessing& p) {
    std::vector<float> x = standard;
    if (p.channel_order == ChannelOrder::BGR)
      std::swap_ranges(x.begin(), x.begin() + 20, x.begin() + 40);
    PictureUnits(p, 3).to_network(x);
    return to_image(Tensor::from<float>({3, 4, 5}, x), p, ClassModelDisplay::Fitted);
  };
  const Image first = shown(preprocessing_preset("torchvision"));
  double sum = 0;
  for (float value : standard)
    sum += static_cast<double>(value) * value;
  const double rms = std::sqrt(sum / 60);
  for (std::size_t i = 0; i < 20; ++i)
    for (std::size_t c = 0; c < 3; ++c)
      EXPECT_NEAR(first.pixels[i * 3 + c], 255 * std::clamp(0.5 + standard[c * 20 + i] / (5 * rms), 0.0, 1.0),
                  0.51);
  for (const Preprocessing& p : conventions()) {
    const Image other = shown(p);
    for (std::size_t i = 0; i < first.pixels.size(); ++i)
      EXPECT_NEAR(other.pixels[i], first.pixels[i], 1);
  }
}

TEST(PictureUnits, TheMeanColourFitsToGrey) {
  const PictureUnits units(preprocessing_preset("torchvision"), 3);
  std::vector<float> x(12, 0.0F);
  units.to_network(x);
  const Preprocessing p = preprocessing_preset("torchvision");
  const Image image = to_image(Tensor::from<float>({3, 2, 2}, x), p, ClassModelDisplay::Fitted);
  EXPECT_EQ(image.width, 2);
  EXPECT_EQ(image.channels, 3);
}

}  // namespace
}  // namespace fovea
