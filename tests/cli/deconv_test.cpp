#include "fovea/image.hpp"
#include "fovea/tensor.hpp"
#include "support/program.hpp"

#include <nlohmann/json.hpp>

#include <cmath>

namespace fovea::test {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;
using Names = std::vector<std::string>;

TEST(InfoLayers, ListsNamesShapesAndFields) {
  const Outcome outcome = fovea({"info", bundled(), "--layers"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  for (const char* part : {"layer ", "node", "operator", "shape", "field", "stride", "whole picture", "Relu"})
    EXPECT_TRUE(contains(outcome.out, part)) << part << "\n" << outcome.out;
  EXPECT_FALSE(contains(fovea({"info", bundled()}).out, "whole picture"));
  const Json layers = Json::parse(fovea({"info", bundled(), "--layers", "--json"}).out)["layers"];
  ASSERT_GT(layers.size(), 10U);
  EXPECT_EQ(layers.front()["operator"], "Conv");
  EXPECT_EQ(layers.front()["shape"].size(), 4U);
  EXPECT_GE(layers.front()["receptive_field"]["height"]["size"], 3);
  EXPECT_TRUE(layers.back()["receptive_field"].is_null());
  for (const Json& layer : layers)
    EXPECT_TRUE(contains(outcome.out, layer["name"].get<std::string>()));
}

/// A layer in the middle of the bundled network whose units see a part of the picture.
const Json& middle_layer() {
  static const Json layer = [] {
    Json found;
    const Json info = Json::parse(fovea({"info", bundled(), "--layers", "--json"}).out);
    for (const Json& each : info["layers"])
      if (each["operator"] == "Relu" && !each["receptive_field"].is_null() &&
          each["receptive_field"]["height"]["size"] < 60)
        found = each;
    return found;
  }();
  return layer;
}

TEST(DeconvVerb, ReconstructsOneUnit) {
  const TemporaryFolder folder;
  const Json layer = middle_layer();
  const Outcome outcome = fovea({"deconv", sample("golf-ball.jpg"), "--layer", layer["name"], "--unit",
                                 "3,4,5", "--json", "-o", folder.path()});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_TRUE(contains(outcome.err, "fovea: note: rule deconvnet acted on")) << outcome.err;
  EXPECT_EQ(files_in(folder.path()),
            (Names{"golf-ball-c3-patch.png", "golf-ball-c3-pattern.npy", "golf-ball-c3-reconstruction.png",
                   "golf-ball-c3-whole.png", "golf-ball-figure.png"}));
  const Json json = Json::parse(outcome.out)[0];
  EXPECT_EQ(json["layer"], layer["name"]);
  const Json& unit = json["reconstructions"][0];
  EXPECT_EQ(unit["channel"], 3);
  EXPECT_EQ(unit["y"], 4);
  EXPECT_EQ(unit["x"], 5);
  const Tensor pattern = read_npy(folder.file("golf-ball-c3-pattern.npy"));
  EXPECT_EQ(pattern.shape(), Shape({3, 128, 128}));
  const Image cut = read_image(folder.file("golf-ball-c3-reconstruction.png")),
              patch = read_image(folder.file("golf-ball-c3-patch.png")),
              whole = read_image(folder.file("golf-ball-c3-whole.png"));
  EXPECT_LE(cut.width, layer["receptive_field"]["width"]["size"].get<int>());
  EXPECT_EQ(cut.width, patch.width);
  EXPECT_EQ(cut.height, patch.height);
  EXPECT_EQ(whole.width, 128);
  // Mid-grey exactly where there is no pattern, up to rounding.
  for (std::size_t i = 0; i < 128 * 128; ++i)
    if (pattern.data<float>()[i] == 0) {
      ASSERT_EQ(whole.pixels[3 * i], 128);
    }
}

TEST(DeconvVerb, TakesTheStrongestPositionAndTheStrongestChannels) {
  const TemporaryFolder folder;
  const std::string layer = middle_layer()["name"];
  const Outcome top = fovea({"deconv", sample("church.jpg"), "--layer", layer, "--top", "4", "--rule",
                             "guided", "--json", "-o", folder.file("top")});
  ASSERT_EQ(top.code, 0) << top.err;
  const Json four = Json::parse(top.out)[0]["reconstructions"];
  ASSERT_EQ(four.size(), 4U);
  for (std::size_t i = 1; i < 4; ++i)
    EXPECT_GE(four[i - 1]["activation"], four[i]["activation"]);
  EXPECT_EQ(files_in(folder.file("top")).size(), 4U * 4U + 1U);
  const std::string channel = std::to_string(four[0]["channel"].get<int>());
  const Outcome one = fovea({"deconv", sample("church.jpg"), "--layer", layer, "--unit", channel, "--rule",
                             "guided", "--json", "-o", folder.file("one")});
  ASSERT_EQ(one.code, 0) << one.err;
  const Json unit = Json::parse(one.out)[0]["reconstructions"][0];
  EXPECT_EQ(unit["activation"], four[0]["activation"]);
  EXPECT_EQ(unit["x"], four[0]["x"]);
  EXPECT_EQ(load(folder.file("one/church-c" + channel + "-pattern.npy")),
            load(folder.file("top/church-c" + channel + "-pattern.npy")));
}

TEST(DeconvVerb, AWholeChannelIsSeenInTheWholePicture) {
  const TemporaryFolder folder;
  const Outcome outcome = fovea({"deconv", sample("church.jpg"), "--layer", middle_layer()["node"], "--unit",
                                 "1", "--whole", "-o", folder.path()});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(files_in(folder.path()), (Names{"church-c1-patch.png", "church-c1-pattern.npy",
                                            "church-c1-reconstruction.png", "church-figure.png"}));
  EXPECT_EQ(read_image(folder.file("church-c1-reconstruction.png")).width, 128);
}

TEST(DeconvVerb, TheScoreUnderTheGradientIsWhatSaliencyWrites) {
  const TemporaryFolder folder;
  const Outcome outcome = fovea({"deconv", sample("golf-ball.jpg"), sample("church.jpg"), "--rule",
                                 "gradient", "--class", "parachute", "--json", "-o", folder.file("deconv")});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(Json::parse(outcome.out)[1]["reconstructions"][0]["class"]["index"], 9);
  ASSERT_EQ(
      fovea({"saliency", sample("golf-ball.jpg"), "--class", "parachute", "-o", folder.file("saliency")})
          .code,
      0);
  const Tensor a = read_npy(folder.file("deconv/golf-ball-pattern.npy")),
               b = read_npy(folder.file("saliency/golf-ball-gradient.npy"));
  ASSERT_EQ(a.shape(), b.shape());
  for (std::size_t i = 0; i < a.data<float>().size(); ++i)
    ASSERT_NEAR(a.data<float>()[i], b.data<float>()[i], 1e-5F * std::abs(b.data<float>()[i]) + 1e-7F);
}

TEST(DeconvVerb, ComparesTheRules) {
  const TemporaryFolder folder;
  const Outcome outcome =
      fovea({"deconv", sample("golf-ball.jpg"), "--compare", "--json", "-o", folder.file("all")});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  std::vector<std::string> patterns;
  for (const char* rule : {"gradient", "deconvnet", "guided"}) {
    ASSERT_EQ(fovea({"deconv", sample("golf-ball.jpg"), "--rule", rule, "-o", folder.file(rule)}).code, 0);
    patterns.push_back(load(folder.file("all/golf-ball-" + std::string(rule) + "-pattern.npy")));
    EXPECT_EQ(patterns.back(), load(folder.file(std::string(rule) + "/golf-ball-pattern.npy")));
  }
  EXPECT_NE(patterns[0], patterns[1]);
  EXPECT_NE(patterns[1], patterns[2]);
  EXPECT_GT(read_image(folder.file("all/golf-ball-figure.png")).width, 4 * 128);
  ASSERT_EQ(fovea({"deconv", sample("golf-ball.jpg"), "--layer", middle_layer()["name"], "--top", "2",
                   "--compare", "-o", folder.file("sheet.png")})
                .code,
            0);
  EXPECT_TRUE(fs::exists(folder.file("sheet.png")));
}

/// Crops of the samples in two folders, one of them damaged.
class DeconvDataset : public testing::Test {
protected:
  void SetUp() override {
    fs::create_directories(pictures + "/inner");
    int number = 0;
    for (const char* name : {"church.jpg", "golf-ball.jpg", "parachute.jpg"}) {
      const Image photo = read_image(sample(name));
      for (int i = 0; i < 4; ++i, ++number)
        write_png(pictures + (number % 3 == 0 ? "/inner" : "") + "/p" + std::to_string(number) + ".png",
                  crop(photo, {40 * i, 20 * i, 200, 200}));
    }
    store(pictures + "/p99.png", "no picture");
  }
  Outcome search(const std::string& out, const Names& more) const {
    Names all = {"deconv", "--dataset", pictures, "--layer", layer["name"], "-o", out};
    all.insert(all.end(), more.begin(), more.end());
    return fovea(all);
  }
  TemporaryFolder folder;
  std::string pictures = folder.file("pictures");
  Json layer = middle_layer();
};

TEST_F(DeconvDataset, FindsWhatALookAtEveryPictureFinds) {
  const std::string out = folder.file("out");
  const Outcome outcome = search(out, {"--unit", "2", "--patches", "5", "--json"});
  EXPECT_EQ(outcome.code, 1) << outcome.err;  // for the damaged picture
  EXPECT_TRUE(contains(outcome.err, "p99.png")) << outcome.err;
  std::vector<std::pair<double, std::string>> expected;
  for (const char* inside : {"", "/inner"}) {
    const Outcome each = fovea({"deconv", pictures + inside, "--layer", layer["name"], "--unit", "2",
                                "--json", "-o", folder.file("each")});
    for (const Json& entry : Json::parse(each.out))
      expected.emplace_back(entry["reconstructions"][0]["activation"], entry["image"]);
  }
  std::sort(expected.rbegin(), expected.rend());
  const Json patches = Json::parse(outcome.out)[0]["patches"];
  ASSERT_EQ(patches.size(), 5U);
  for (std::size_t i = 0; i < 5; ++i) {
    EXPECT_EQ(patches[i]["image"], expected[i].second);
    EXPECT_NEAR(patches[i]["activation"], expected[i].first, 1e-5 * expected[i].first);
    EXPECT_TRUE(fs::exists(patches[i]["files"]["patch"].get<std::string>()));
  }
  EXPECT_EQ(lines_of(load(out + "/patches.csv")), 6);
  EXPECT_EQ(files_in(out).size(), 5U * 4U + 2U);
}

TEST_F(DeconvDataset, TheNumberOfWorkersChangesNothing) {
  std::vector<Outcome> outcomes;
  for (const char* workers : {"1", "3"}) {
    outcomes.push_back(search(folder.file("out"), {"--top", "3", "--workers", workers}));
    fs::rename(folder.file("out"), folder.file(std::string("out") + workers));
  }
  EXPECT_EQ(outcomes[0].out, outcomes[1].out);
  EXPECT_EQ(outcomes[0].err, outcomes[1].err);
  const Names files = files_in(folder.file("out1"));
  EXPECT_EQ(files.size(), 3U * (9U * 4U + 1U) + 1U);
  ASSERT_EQ(files_in(folder.file("out3")), files);
  for (const std::string& name : files)
    EXPECT_EQ(load(folder.file("out1/" + name)), load(folder.file("out3/" + name))) << name;
}

TEST_F(DeconvDataset, SaysWhatCannotBeDone) {
  fs::create_directory(folder.file("empty"));
  const std::string name = layer["name"];
  expect_error(fovea({"deconv", "--dataset", folder.file("empty"), "--layer", name, "--unit", "0", "-o",
                      folder.file("x")}),
               1, {"empty", "is an empty folder"});
  expect_error(fovea({"deconv", "--dataset", folder.file("none"), "--layer", name, "--unit", "0", "-o",
                      folder.file("x")}),
               1, {"none", "is not a folder"});
  expect_error(search(folder.file("x.png"), {"--top", "2"}), 2, {"several channels"});
  expect_error(search(folder.file("x"), {}), 2, {"--unit", "--top"});
  expect_error(search(folder.file("x"), {"--unit", "1,2,3"}), 2, {"--unit"});
  expect_error(search(folder.file("x"), {"--unit", "1", "--whole"}), 2, {"--whole"});
}

TEST(DeconvVerb, SaysWhatCannotBeDone) {
  const TemporaryFolder folder;
  const std::string photo = sample("church.jpg"), out = folder.file("x"), layer = middle_layer()["name"];
  const auto deconv = [&](const Names& more) {
    Names all = {"deconv", photo, "-o", out};
    all.insert(all.end(), more.begin(), more.end());
    return fovea(all);
  };
  expect_error(deconv({"--layer", layer + "x"}), 1, {"there is no layer named", "'" + layer + "'"});
  expect_error(deconv({"--layer", layer, "--unit", "100000"}), 1, {"channel 100000", "out of range"});
  expect_error(deconv({"--layer", layer, "--unit", "0,500,0"}), 1, {"row 500", "out of range"});
  expect_error(deconv({"--layer", "logits"}), 1, {"logits", "shape 1x10"});
  for (const char* unit : {"a", "1,2", "1,2,3,4", "-1", "1,,2", "1;2;3"})
    expect_error(deconv({"--layer", layer, std::string("--unit=") + unit}), 2, {"--unit", unit});
  expect_error(deconv({"--unit", "1"}), 2, {"--layer"});
  expect_error(deconv({"--top", "3"}), 2, {"--layer"});
  expect_error(deconv({"--whole"}), 2, {"--layer"});
  expect_error(deconv({"--layer", layer, "--class", "0"}), 2, {"--class"});
  expect_error(deconv({"--layer", layer, "--unit", "1", "--top", "2"}), 2, {"--top"});
  expect_error(deconv({"--layer", layer, "--unit", "1,2,3", "--whole"}), 2, {"--whole"});
  expect_error(deconv({"--patches", "3"}), 2, {"--dataset"});
  expect_error(deconv({"--dataset", folder.path()}), 2, {"--dataset"});
  expect_error(fovea({"deconv", "-o", out}), 2, {"--dataset"});
  expect_error(fovea({"deconv", photo, photo, "-o", folder.file("x.png")}), 2, {"one file"});
}

}  // namespace
}  // namespace fovea::test
