#include "fovea/error.hpp"
#include "fovea/preprocessing.hpp"

#include <gtest/gtest.h>

namespace fovea::test {
namespace {

TEST(Preprocessing, PresetsAreTheConventions) {
  const auto torchvision = preprocessing_preset("torchvision");
  EXPECT_EQ(torchvision.scale, 1.0 / 255);
  EXPECT_EQ(torchvision.mean, (std::array<double, 4>{0.485, 0.456, 0.406, 0}));
  EXPECT_EQ(torchvision.std, (std::array<double, 4>{0.229, 0.224, 0.225, 1}));
  EXPECT_EQ(torchvision.channel_order, ChannelOrder::RGB);
  const auto caffe = preprocessing_preset("caffe");
  EXPECT_EQ(caffe.scale, 1);
  EXPECT_EQ(caffe.mean, (std::array<double, 4>{123, 117, 104, 0}));
  EXPECT_EQ(caffe.channel_order, ChannelOrder::BGR);
  const auto tf = preprocessing_preset("tf");
  EXPECT_DOUBLE_EQ(255 * tf.scale - tf.mean[0], 1);
  EXPECT_DOUBLE_EQ(0 * tf.scale - tf.mean[2], -1);
  EXPECT_EQ(preprocessing_preset("none").scale, 1.0 / 255);
  EXPECT_EQ(preprocessing_preset("none").mean, (std::array<double, 4>{}));
}

TEST(Preprocessing, AnUnknownPresetNamesTheKnown) {
  try {
    preprocessing_preset("keras");
    FAIL();
  } catch (const InputError& error) {
    EXPECT_STREQ(error.what(), "unknown preprocessing 'keras': expected one of torchvision, caffe, tf, none");
  }
}

}  // namespace
}  // namespace fovea::test
