#include "networks/user_preset.hpp"

#include <gtest/gtest.h>

namespace fovea::test {
namespace {

const std::string kModels = std::string(FOVEA_SOURCE_DIR) + "/models/";

std::string note(const std::string& preset, const FoundNetwork& found = {}) {
  return user_preset_note(Model::load(kModels + "imagenette-resnet.onnx"), found, preset, "FOVEA_PREPROCESS");
}

TEST(UserPreset, InPlaceOfWhatTheFileSaysIsNoted) {
  const std::string text = note("caffe");
  EXPECT_EQ(
      text.find("pictures are prepared by the preset caffe, which FOVEA_PREPROCESS sets, and not as the "
                "model file says: short side 144"),
      0U)
      << text;
}

TEST(UserPreset, InPlaceOfWhatTheNetworkWasRegisteredWithIsNoted) {
  FoundNetwork found;
  found.name = "birds";
  found.origin = FoundNetwork::Origin::Registered;
  found.preprocessing.preset = "tf";
  EXPECT_NE(note("caffe", found).find("not as what 'birds' was registered with says"), std::string::npos)
      << note("caffe", found);
  EXPECT_EQ(note("tf", found), "") << "it says the same";
}

TEST(UserPreset, WhereNothingIsKnownIsTheUsersBusiness) {
  const Model plain = Model::load(std::string(FOVEA_TEST_DATA) + "/networks/plain.onnx");
  EXPECT_EQ(user_preset_note(plain, {}, "caffe", "FOVEA_PREPROCESS"), "");
}

}  // namespace
}  // namespace fovea::test
