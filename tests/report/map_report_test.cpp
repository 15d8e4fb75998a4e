#include "report/map_report.hpp"

#include "support/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <filesystem>

namespace fovea::test {
namespace {

/// A map of 4 x 3 of one class of two, which no network made.
class MapReports : public testing::Test {
protected:
  MapReports() {
    result.method = "gradient";
    result.target = {1, 2.5, 0.75};
    result.label = "second";
    result.seen = Image::blank(4, 3, 3, 90);
    result.map = Tensor(DType::F32, {3, 4});
    result.map.data<float>()[5] = 2;
    result.relevance = Tensor(DType::F32, {3, 3, 4});
    result.region = {0, 0, 12, 9};
    for (std::size_t i = 0; i < photo.pixels.size(); i += 3)
      photo.pixels[i] = 10, photo.pixels[i + 1] = 200, photo.pixels[i + 2] = 90;
  }
  MapReport report() { return {options, labels, class_models}; }

  TemporaryFolder folder;
  Labels labels = Labels::parse("n00000001 first\nn00000002 second\n", "labels.txt");
  ClassModelPictures class_models{
      Model::load(std::string(FOVEA_SOURCE_DIR) + "/models/imagenette-resnet.onnx"), {}, {}};
  MapReportOptions options{.output = folder.path()};
  Explanation result;
  Image photo = Image::blank(16, 9, 3, 0);
};

TEST_F(MapReports, write_a_file_of_each_kind) {
  EXPECT_EQ(report().files("base").front().size(), 5U);
  options.figure = true;
  const PhotoFiles files = report().files(folder.file("a"));
  ASSERT_EQ(files.size(), 1U);
  EXPECT_EQ(files[0].size(), 6U);
  report().write({&result, 1}, photo, "a.png", files);
  for (const auto& [kind, file] : files[0])
    EXPECT_TRUE(std::filesystem::exists(file)) << name_of(kind);
  options.output = "one.svg";
  EXPECT_EQ(report().files("base"), (PhotoFiles{{{MapFile::Figure, "one.svg"}}}));
}

TEST_F(MapReports, keep_the_photos_size_and_colours_in_overlays) {
  const PhotoFiles files = report().files(folder.file("a"));
  report().write({&result, 1}, photo, "a.png", files);
  const Image shown = read_image(folder.file("a-overlay.png"));
  EXPECT_EQ(shown.width, 16);
  EXPECT_EQ(shown.height, 9);
  // Outside the region, and where the map is dark, the photo is as it was.
  EXPECT_EQ(std::vector<int>(shown.at(15, 4), shown.at(15, 4) + 3), (std::vector<int>{10, 200, 90}));
  EXPECT_NEAR(shown.at(11, 8)[1], 200, 3);
  EXPECT_NE(std::vector<int>(shown.at(4, 4), shown.at(4, 4) + 3), (std::vector<int>{10, 200, 90}));
}

TEST_F(MapReports, of_several_methods_share_a_figure) {
  options.methods = {"gradient", "guided"};
  options.figure = true;
  const PhotoFiles files = report().files(folder.file("a"));
  ASSERT_EQ(files.size(), 2U);
  EXPECT_EQ(files[0].front().second, folder.file("a-gradient-map.png"));
  EXPECT_EQ(files[1].front().second, folder.file("a-guided-map.png"));
  EXPECT_EQ(files[0].back(), files[1].back());
  std::vector<Explanation> both = {result, result};
  both[1].method = "guided";
  report().write(both, photo, "a.png", files);
  for (const MapFiles& of_method : files)
    for (const auto& [kind, file] : of_method)
      EXPECT_TRUE(std::filesystem::exists(file)) << file;
  const std::string text = report().text(both, "a.png", files);
  EXPECT_NE(text.find("  guided\n    "), std::string::npos) << text;
  EXPECT_EQ(text.find("-figure.png"), text.rfind("-figure.png"));
  EXPECT_EQ(report().json(both[1], "a.png", files[1])["method"], "guided");
}

TEST_F(MapReports, are_json_and_text) {
  const PhotoFiles files = report().files("base");
  nlohmann::ordered_json json = report().json(result, "a.png", files[0]);
  EXPECT_EQ(json["class"]["name"], "second");
  EXPECT_EQ(json["method"], "gradient");
  EXPECT_EQ(json["crops"], 1);
  EXPECT_EQ(json["files"]["raw_map"], "base-map.npy");
  EXPECT_FALSE(json.contains("against"));
  result.against = 0;
  EXPECT_EQ(report().json(result, "a.png", files[0])["against"]["name"], "first");
  const std::string text = report().text({&result, 1}, "evil\x1b[31m.png", files);
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
  EXPECT_NE(text.find("(class 1), score 2.500, probability 0.750\n  base-map.png\n"), std::string::npos)
      << text;
}

TEST_F(MapReports, warn_of_a_black_map) {
  EXPECT_EQ(report().warning(result, "a.png"), "");
  result.map.data<float>()[5] = 0;
  EXPECT_EQ(report().warning(result, "a.png"),
            "a.png: the map is zero everywhere, so it is black (score 2.5)");
}

}  // namespace
}  // namespace fovea::test
