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
    result.target = {1, 2.5, 0.75};
    result.seen = Image::blank(4, 3, 3, 90);
    result.map = Tensor(DType::F32, {3, 4});
    result.map.data<float>()[5] = 2;
    result.relevance = Tensor(DType::F32, {1, 3, 3, 4});
    result.region = {0, 0, 4, 3};
  }
  MapReport report() { return {options, labels, class_models}; }

  TemporaryFolder folder;
  Labels labels = Labels::parse("n00000001 first\nn00000002 second\n", "labels.txt");
  ClassModelPictures class_models{
      Model::load(std::string(FOVEA_SOURCE_DIR) + "/models/imagenette-resnet.onnx"), {}, {}};
  MapReportOptions options{.output = folder.path()};
  Explanation result;
};

TEST_F(MapReports, write_a_file_of_each_kind) {
  EXPECT_EQ(report().files("base").size(), 5U);
  options.figure = true;
  const MapFiles files = report().files(folder.file("a"));
  EXPECT_EQ(files.size(), 6U);
  report().write(result, "a.png", files);
  for (const auto& [kind, file] : files)
    EXPECT_TRUE(std::filesystem::exists(file)) << name_of(kind);
  options.output = "one.png";
  EXPECT_EQ(report().files("base"), (MapFiles{{MapFile::Figure, "one.png"}}));
}

TEST_F(MapReports, are_json_and_text) {
  const MapFiles files = report().files("base");
  nlohmann::ordered_json json = report().json(result, "a.png", files);
  EXPECT_EQ(json["class"]["name"], "second");
  EXPECT_EQ(json["method"], "gradient");
  EXPECT_EQ(json["crops"], 1);
  EXPECT_EQ(json["files"]["raw_map"], "base-map.npy");
  EXPECT_FALSE(json.contains("against"));
  result.against = 0;
  EXPECT_EQ(report().json(result, "a.png", files)["against"]["name"], "first");
  const std::string text = report().text(result, "evil\x1b[31m.png", files);
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
