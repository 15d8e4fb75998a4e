#include "engine/image_metadata.hpp"
#include "fovea/model.hpp"
#include "support/onnx_builder.hpp"
#include "support/temporary_folder.hpp"

#include <gtest/gtest.h>

namespace fovea {
namespace {

/// The network input for a pixel of that value.
double value_of(const Preprocessing& p, double pixel) {
  return (pixel * p.scale - p.mean[0]) / p.std[0];
}

TEST(ImageMetadata, GivesRangeAndOrder) {
  struct Case {
    const char* range;
    double black, white;
  };
  for (const Case& c : {Case{"NominalRange_0_255", 0, 255}, Case{"Normalized_0_1", 0, 1},
                        Case{"Normalized_1_1", -1, 1}, Case{"NominalRange_16_235", 16, 235}}) {
    std::vector<std::string> warnings;
    const auto found = preprocessing_from_image_metadata(
        {{"Image.BitmapPixelFormat", "Rgb8"}, {"Image.NominalPixelRange", c.range}}, warnings);
    ASSERT_TRUE(found) << c.range;
    EXPECT_EQ(found->channel_order, ChannelOrder::RGB);
    EXPECT_NEAR(value_of(*found, 0), c.black, 1e-12) << c.range;
    EXPECT_NEAR(value_of(*found, 255), c.white, 1e-12) << c.range;
    EXPECT_TRUE(warnings.empty());
  }
}

TEST(ImageMetadata, HasTheDefaultsOfWindows) {
  std::vector<std::string> warnings;
  EXPECT_FALSE(preprocessing_from_image_metadata({{"Image.Author", "somebody"}}, warnings));
  const auto range =
      preprocessing_from_image_metadata({{"Image.NominalPixelRange", "Normalized_0_1"}}, warnings);
  ASSERT_TRUE(range);
  EXPECT_EQ(range->channel_order, ChannelOrder::BGR);
  const auto order = preprocessing_from_image_metadata({{"Image.BitmapPixelFormat", "Bgr8"}}, warnings);
  ASSERT_TRUE(order);
  EXPECT_EQ(order->channel_order, ChannelOrder::BGR);
  EXPECT_EQ(value_of(*order, 255), 255);
  EXPECT_TRUE(warnings.empty());
}

TEST(ImageMetadata, WarnsOfWhatItDoesNotHonour) {
  std::vector<std::string> warnings;
  EXPECT_FALSE(preprocessing_from_image_metadata({{"Image.BitmapPixelFormat", "Yuv"}}, warnings));
  EXPECT_EQ(warnings, std::vector<std::string>{"metadata 'Image.BitmapPixelFormat': 'Yuv' is not known"});
  warnings.clear();
  EXPECT_TRUE(preprocessing_from_image_metadata(
      {{"Image.BitmapPixelFormat", "Gray8"}, {"Image.ColorSpaceGamma", "Linear"}}, warnings));
  EXPECT_EQ(warnings, std::vector<std::string>{
                          "metadata 'Image.ColorSpaceGamma': 'Linear' is not supported, colours stay sRGB"});
}

TEST(ImageMetadata, IsTheModelsPreprocessing) {
  const test::TemporaryFolder folder;
  test::ModelBuilder m;
  m.input("x", {1, 3, 2, 2}).output("y").node("Flatten", {"x"}, {"y"});
  for (const auto& [key, value] : {std::pair("Image.BitmapPixelFormat", "Bgr8"),
                                   std::pair("Image.NominalPixelRange", "Normalized_1_1")}) {
    auto& entry = *m.model.add_metadata_props();
    entry.set_key(key);
    entry.set_value(value);
  }
  const Model model = Model::load(m.save(folder.file("m.onnx")));
  ASSERT_TRUE(model.preprocessing());
  EXPECT_EQ(model.preprocessing()->channel_order, ChannelOrder::BGR);
  EXPECT_NEAR(value_of(*model.preprocessing(), 255), 1, 1e-12);
}

}  // namespace
}  // namespace fovea
