#include "fovea/error.hpp"
#include "image/support.hpp"

#include <algorithm>
#include <filesystem>

namespace fovea::test {
namespace {

std::string tiff_data(const std::string& name) {
  return std::string(FOVEA_TEST_DATA "/tiff/") + name;
}

/// Names of the pictures in tests/data/tiff that begin in one of the ways, or in none of them.
std::vector<std::string> pictures(bool damaged) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(tiff_data(""))) {
    const std::string name = entry.path().filename().string();
    if (!name.ends_with(".npy") && (name.starts_with("cut_") || name.starts_with("missing_")) == damaged)
      names.push_back(name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

class Kinds : public ::testing::TestWithParam<std::string> {};

/// JPEGs in TIFF and CMYK may differ by a level or two: decoders round differently.
TEST_P(Kinds, AreReadAsPillowDoes) {
  const Image found = read_image(tiff_data(GetParam()));
  const Tensor expected = read_npy(tiff_data(GetParam() + ".npy"));
  ASSERT_EQ(expected.shape(), (Shape{found.height, found.width, 3}));
  const bool lossy = GetParam().ends_with(".jpg") || GetParam() == "jpeg.tif" || GetParam() == "ycbcr.tif";
  const auto pixels = expected.data<std::int64_t>();
  for (std::size_t i = 0; i < pixels.size(); ++i)
    ASSERT_LE(std::abs(found.pixels[i] - pixels[i]), lossy ? 2 : 0) << "at byte " << i;
}

std::string kind_name(const ::testing::TestParamInfo<std::string>& info) {
  std::string name = info.param;
  std::replace(name.begin(), name.end(), '.', '_');
  return name;
}
INSTANTIATE_TEST_SUITE_P(Pictures, Kinds, ::testing::ValuesIn(pictures(false)), kind_name);

TEST(Tiff, DamageIsAnErrorInEveryCompression) {
  const std::vector<std::string> names = pictures(true);
  ASSERT_GE(names.size(), 9U);
  for (const std::string& name : names) {
    ::testing::internal::CaptureStderr();
    const std::string message = message_of<InputError>([&] { read_image(tiff_data(name)); });
    EXPECT_EQ(::testing::internal::GetCapturedStderr(), "");
    EXPECT_NE(message.find(name + ": the TIFF cannot be decoded: it is damaged"), std::string::npos)
        << name << ": " << message;
  }
}

}  // namespace
}  // namespace fovea::test
