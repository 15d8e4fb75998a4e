/// Boxes of a detector, and maps of them.
#include "fovea/image.hpp"
#include "fovea/tensor.hpp"
#include "support/program.hpp"
#include "support/squares_detector.hpp"

#include <filesystem>
#include <nlohmann/json.hpp>

namespace fovea::test {
namespace {

using Json = nlohmann::json;

class Detect : public testing::Test {
protected:
  Detect() : model_(squares_detector().save(folder_.file("squares.onnx"))), photo_(folder_.file("two.png")) {
    write_png(photo_, two_squares());
    store(folder_.file("names.txt"), "red\nblue\n");
  }
  Outcome run(const std::string& verb, const std::vector<std::string>& more) const {
    std::vector<std::string> all = {verb, photo_, "-m", model_, "--labels", folder_.file("names.txt")};
    all.insert(all.end(), more.begin(), more.end());
    return fovea(all);
  }
  TemporaryFolder folder_;
  std::string model_, photo_;
};

TEST_F(Detect, PrintsAndDrawsBoxes) {
  const Outcome text = run("detect", {"-o", folder_.file("boxes.png")});
  ASSERT_EQ(text.code, 0) << text.err;
  EXPECT_TRUE(contains(text.out, "two.png: 2 objects\n")) << text.out;
  EXPECT_TRUE(contains(text.out, "x 80.0 to 96.0, y 48.0 to 64.0  blue\n")) << text.out;
  EXPECT_TRUE(contains(text.err, "note: decoder yolox, found by the shapes of the outputs; preprocessing "
                                 "letterbox-corner, scale 1"))
      << text.err;
  EXPECT_EQ(lines_of(text.err), 1) << "no word of torchvision";
  EXPECT_GT(read_image(folder_.file("boxes.png")).width, 128);
  const Json json = Json::parse(run("detect", {"--json"}).out);
  const Json& first = json[0]["detections"][0];
  EXPECT_EQ(first["class"]["name"], "blue");
  EXPECT_EQ(first["number"], 1);
  EXPECT_EQ(json[0]["decoder"], "yolox");
  EXPECT_EQ(json[0]["decoder_found"], "by the shapes of the outputs");
  EXPECT_NEAR(first["box"]["x0"], 80, 1e-4);
  EXPECT_NEAR(json[0]["detections"][1]["box"]["y1"], 48, 1e-4);
  const Outcome csv = run("detect", {"--csv"});
  EXPECT_EQ(csv.out.find("image,number,class_index,class,score,x0,y0,x1,y1\n"), 0U) << csv.out;
  EXPECT_EQ(lines_of(csv.out), 3) << csv.out;
  EXPECT_TRUE(contains(run("detect", {"--min-score", "1"}).out, "no object"));
  EXPECT_TRUE(contains(run("detect", {"--most", "1"}).out, "1 object\n"));
}

TEST_F(Detect, MapsOfBoxesLieInOneFolder) {
  const Outcome all = run("saliency", {"--detection", "all", "--method", "gradient,occlusion", "-o",
                                       folder_.file("maps"), "--json"});
  ASSERT_EQ(all.code, 0) << all.err;
  const Json json = Json::parse(all.out);
  ASSERT_EQ(json.size(), 4U);
  EXPECT_EQ(json[0]["detection"]["class"]["name"], "blue");
  EXPECT_EQ(json[2]["detection"]["number"], 2);
  EXPECT_EQ(json[0]["class"], json[0]["detection"]["class"]) << "the detector's, not the target's number";
  EXPECT_EQ(json[0]["class"]["index"], 1);
  EXPECT_EQ(json[2]["class"]["name"], "red");
  EXPECT_EQ(json[0]["region"]["width"], 128);
  for (const Json& map : json)
    for (const auto& [kind, file] : map["files"].items())
      EXPECT_TRUE(std::filesystem::exists(file.get<std::string>())) << file;
  EXPECT_TRUE(std::filesystem::exists(folder_.file("maps/two-2-red-gradient-map.npy")));
  const Outcome one =
      run("saliency", {"--detection", "2", "--detection-side", "left", "-o", folder_.file("left.png")});
  EXPECT_EQ(one.code, 0) << one.err;
  EXPECT_TRUE(contains(one.out, "2 red, left, value ")) << one.out;
  const Image overlay = read_image(folder_.file("maps/two-2-red-gradient-overlay.png"));
  const std::uint8_t* const edge = overlay.at(16, 40);
  EXPECT_EQ((std::vector<int>(edge, edge + 3)), (std::vector<int>{90, 255, 90})) << "the box is marked";
}

TEST_F(Detect, WhatCannotBeIsRefused) {
  const std::string out = folder_.file("out");
  expect_error(run("saliency", {"--detection", "3", "-o", out}), 1,
               {"two.png", "2 objects are found, and no number 3"});
  expect_error(run("saliency", {"--detection", "0", "-o", out}), 2,
               {"--detection: expected the number of a box"});
  expect_error(run("saliency", {"--detection", "all", "-o", out + ".png"}), 2, {"name a folder"});
  expect_error(run("saliency", {"--detection", "1", "--crops", "10", "-o", out}), 2, {"--crops"});
  expect_error(run("saliency", {"--detection", "1", "--class", "1", "-o", out}), 2, {"--class"});
  expect_error(run("saliency", {"--detection-side", "left", "-o", out}), 2, {"--detection"});
  expect_error(run("detect", {"--decoder", "yolov8"}), 1,
               {"are not those of a detector", "yolov8: [1,4+C,84]"});
  expect_error(run("detect", {"--min-score", "2"}), 2, {"--min-score"});
  store(folder_.file("three.txt"), "red\nblue\ngreen\n");
  expect_error(fovea({"detect", photo_, "-m", model_, "--labels", folder_.file("three.txt")}), 1,
               {"squares.onnx", "the network has 2 classes by decoder yolox, and the labels are 3 names"});
  expect_error(run("detect", {"--boxes", "corners-pixels"}), 1, {"squares.onnx", "--boxes", "ssd"});
  expect_error(fovea({"detect", sample("church.jpg")}), 2, {"-m: name a detector"});
  expect_error(fovea({"saliency", sample("church.jpg"), "--detection", "1", "-o", out}), 2,
               {"-m: name a detector"});
}

}  // namespace
}  // namespace fovea::test
