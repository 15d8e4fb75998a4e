#include "fovea/image.hpp"
#include "fovea/tensor.hpp"
#include "support/program.hpp"

#include <cmath>
#include <nlohmann/json.hpp>

namespace fovea::test {
namespace {

using Json = nlohmann::json;
using Names = std::vector<std::string>;

TEST(Info, DescribesTheBundledNetwork) {
  const Outcome outcome = fovea({"info", bundled()});
  EXPECT_EQ(outcome.code, 0);
  EXPECT_EQ(without_notes(outcome.err), "");
  for (const char* part : {"image float32[N,3,128,128]", "logits float32[N,10]", "parameters",
                           "multiply-adds", "tench", "parachute", "short side 144", "Conv", "Gemm"})
    EXPECT_TRUE(contains(outcome.out, part)) << part << "\n" << outcome.out;
}

TEST(Info, PrintsJson) {
  const Outcome outcome = fovea({"info", bundled(), "--json"});
  EXPECT_EQ(outcome.code, 0);
  const Json json = Json::parse(outcome.out);
  EXPECT_EQ(json["inputs"][0]["dims"], Json({-1, 3, 128, 128}));
  EXPECT_EQ(json["labels"], 10);
  EXPECT_TRUE(json["unsupported_nodes"].empty());
  EXPECT_GT(json["multiply_adds"], 100'000'000);
}

TEST(Classify, NamesTheSamples) {
  const Outcome outcome = fovea({"classify", sample("church.jpg"), sample("golf-ball.jpg"),
                                 sample("parachute.jpg"), "--top", "2", "--json"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(without_notes(outcome.err), "");
  const Json json = Json::parse(outcome.out);
  const Names expected = {"church", "golf ball", "parachute"};
  ASSERT_EQ(json.size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) {
    const Json& guesses = json[i]["predictions"];
    ASSERT_EQ(guesses.size(), 2U);
    EXPECT_EQ(guesses[0]["name"], expected[i]);
    EXPECT_GT(guesses[0]["probability"], 0.9);
    EXPECT_GT(guesses[0]["score"], guesses[1]["score"]);
  }
}

TEST(Classify, PrintsATable) {
  const Outcome outcome = fovea({"classify", sample("golf-ball.jpg"), "--crops", "10"});
  EXPECT_EQ(outcome.code, 0);
  EXPECT_EQ(without_notes(outcome.err), "");
  EXPECT_EQ(lines_of(outcome.out), 6);
  EXPECT_TRUE(contains(outcome.out, "n03445777 golf ball")) << outcome.out;
}

TEST(Classify, GivesAllClassesWhenMoreAreAskedFor) {
  const Outcome outcome = fovea({"classify", sample("golf-ball.jpg"), "--top", "1000"});
  EXPECT_EQ(outcome.code, 0);
  EXPECT_EQ(lines_of(outcome.out), 11);
}

TEST(Classify, OwnLabelsAndPreprocessing) {
  const TemporaryFolder folder;
  store(folder.file("labels.txt"), "a\nb\nc\nd\ne\nf\ng\nh\nball of golf\nj\n");
  const Outcome outcome =
      fovea({"classify", sample("golf-ball.jpg"), "--labels", folder.file("labels.txt"), "--preprocess",
             "torchvision", "--resize", "144", "--channel-order", "RGB", "--top", "1"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_TRUE(contains(outcome.out, "ball of golf")) << outcome.out;
}

TEST(Classify, AnyKindOfPictureWorks) {
  std::vector<std::string> arguments = {"classify", "--json"};
  for (const char* name : {"grey16.png", "grey16.pgm", "grey16.tif", "rgb16.png", "grey.png", "grey.jpg",
                           "rgba.png", "grey_alpha.png", "cmyk.jpg", "palette.png", "bits.pbm", "lossy.webp",
                           "rgb.bmp", "orientation6.jpg", "resize_1x1.png"})
    arguments.push_back(data("image/") + name);
  const Outcome outcome = fovea(arguments);
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(Json::parse(outcome.out).size(), arguments.size() - 2);
}

TEST(Classify, AModelOfOpenSizeTakesTheSizeAsked) {
  const std::string model = data("networks/residual.onnx");
  const Outcome outcome = fovea({"classify", sample("church.jpg"), "-m", model, "--json"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(Json::parse(outcome.out)[0]["predictions"].size(), 5U);
}

TEST(Saliency, WritesMapHeatOverlayAndArrays) {
  const TemporaryFolder folder;
  const Outcome outcome = fovea({"saliency", sample("golf-ball.jpg"), "-o", folder.file("new/out")});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(without_notes(outcome.err), "");
  EXPECT_EQ(files_in(folder.file("new/out")),
            (Names{"golf-ball-gradient.npy", "golf-ball-heat.png", "golf-ball-map.npy", "golf-ball-map.png",
                   "golf-ball-overlay.png"}));
  EXPECT_TRUE(contains(outcome.out, "golf ball (class 8)")) << outcome.out;
  for (const std::string& name : files_in(folder.file("new/out")))
    EXPECT_TRUE(contains(outcome.out, name)) << outcome.out;

  const Tensor map = read_npy(folder.file("new/out/golf-ball-map.npy"));
  const Tensor gradient = read_npy(folder.file("new/out/golf-ball-gradient.npy"));
  ASSERT_EQ(map.shape(), Shape({128, 128}));
  ASSERT_EQ(gradient.shape(), Shape({3, 128, 128}));
  for (std::size_t i = 0; i < 128 * 128; ++i) {
    float largest = 0;
    for (std::size_t c = 0; c < 3; ++c)
      largest = std::max(largest, std::abs(gradient.data<float>()[c * 128 * 128 + i]));
    ASSERT_EQ(map.data<float>()[i], largest);
  }
  EXPECT_EQ(read_image(folder.file("new/out/golf-ball-overlay.png")).width, 480);  // the photo's own size
}

TEST(Saliency, TenCropsCoverTheWholePicture) {
  const TemporaryFolder folder;
  const Outcome outcome = fovea({"saliency", sample("church.jpg"), "--crops", "10", "--figure", "--json",
                                 "--class", "parachute", "-o", folder.path()});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  const Json json = Json::parse(outcome.out)[0];
  EXPECT_EQ(json["crops"], 10);
  EXPECT_EQ(json["class"]["index"], 9);
  EXPECT_EQ(json["region"], Json({{"x", 0}, {"y", 0}, {"width", 480}, {"height", 360}}));
  EXPECT_EQ(read_npy(json["files"]["raw_map"].get<std::string>()).shape(), Shape({144, 192}));
  EXPECT_EQ(files_in(folder.path()).size(), 6U);
  const Image figure = read_image(json["files"]["figure"].get<std::string>());
  EXPECT_GT(figure.width, 3 * 192);
}

TEST(Saliency, OnePngIsTheFigureAlone) {
  const TemporaryFolder folder;
  const Outcome outcome =
      fovea({"saliency", sample("church.jpg"), "--method", "guided", "-o", folder.file("a.PNG")});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(files_in(folder.path()), Names{"a.PNG"});
}

TEST(Saliency, TheClassModelStandsBesideThePhotoInTheFigure) {
  const TemporaryFolder folder;
  const std::string plain = folder.file("plain.png"), with_model = folder.file("with-model.png");
  ASSERT_EQ(fovea({"saliency", sample("golf-ball.jpg"), "-o", plain}).code, 0);
  const Outcome outcome =
      fovea({"saliency", sample("golf-ball.jpg"), "--with-class-model", "-o", with_model});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  const Image without = read_image(plain), with = read_image(with_model);
  EXPECT_GT(with.width, without.width + 300);
  EXPECT_NE(with.pixels, without.pixels);
}

TEST(Saliency, EqualNamesAreToldApart) {
  const TemporaryFolder folder;
  for (const char* name : {"a/x.png", "b/x.png", "b/x-2.png"}) {
    std::filesystem::create_directories(folder.file(name).substr(0, folder.file(name).rfind('/')));
    std::filesystem::copy_file(data("image/rgb.png"), folder.file(name));
  }
  const Outcome outcome = fovea({"saliency", folder.file("a/x.png"), folder.file("b/x.png"),
                                 folder.file("b/x-2.png"), "-o", folder.file("out")});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(files_in(folder.file("out")).size(), 15U);
}

TEST(Saliency, ABrokenPictureDoesNotStopTheOthers) {
  const TemporaryFolder folder;
  store(folder.file("broken.jpg"), load(sample("church.jpg")).substr(0, 5000));
  for (const char* verb : {"classify", "saliency"}) {
    std::vector<std::string> arguments = {verb, sample("church.jpg"), folder.file("broken.jpg"),
                                          sample("golf-ball.jpg"), "--json"};
    if (verb == std::string("saliency"))
      arguments.insert(arguments.end(), {"-o", folder.file("out")});
    const Outcome outcome = fovea(arguments);
    EXPECT_EQ(outcome.code, 1);
    EXPECT_EQ(lines_of(without_notes(outcome.err)), 1) << outcome.err;
    EXPECT_EQ(without_notes(outcome.err).find("fovea: error: " + folder.file("broken.jpg") + ": "), 0U)
        << outcome.err;
    EXPECT_EQ(Json::parse(outcome.out).size(), 2U);
  }
  EXPECT_EQ(files_in(folder.file("out")).size(), 10U);
}

TEST(ClassModelVerb, WritesPictureAndArray) {
  const TemporaryFolder folder;
  const Outcome outcome =
      fovea({"class-model", "--class", "church", "--steps", "6", "--every", "3", "-o", folder.path()});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(files_in(folder.path()), (Names{"4-church-step0000.png", "4-church-step0003.png",
                                            "4-church-step0006.png", "4-church.npy", "4-church.png"}));
  EXPECT_TRUE(contains(outcome.out, "after 6 steps")) << outcome.out;
  EXPECT_TRUE(contains(outcome.err, "church: step    0/6")) << outcome.err;
  EXPECT_EQ(read_image(folder.file("4-church.png")).width, 128);
  EXPECT_EQ(read_npy(folder.file("4-church.npy")).shape(), Shape({3, 128, 128}));
}

TEST(ClassModelVerb, ASheetShowsSeveralClasses) {
  const TemporaryFolder folder;
  const Outcome outcome = fovea({"class-model", "--class", "1", "--class", "golf ball", "--steps", "2",
                                 "--sheet", "--json", "-o", folder.file("sheet.png")});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(files_in(folder.path()), Names{"sheet.png"});
  const Json json = Json::parse(outcome.out);
  ASSERT_EQ(json.size(), 2U);
  EXPECT_EQ(json[1]["class"]["name"], "golf ball");
  EXPECT_EQ(json[1]["steps"], 2);
}

TEST(ClassModelVerb, StartsFromNoiseOrAPicture) {
  const TemporaryFolder folder;
  std::vector<std::string> pictures;
  for (const std::string& start : {std::string("zero"), std::string("noise"), sample("church.jpg")}) {
    const std::string out = folder.file(std::to_string(pictures.size()) + ".png");
    const Outcome outcome = fovea(
        {"class-model", "--class", "0", "--steps", "1", "--start", start, "--display", "pixels", "-o", out});
    ASSERT_EQ(outcome.code, 0) << outcome.err;
    pictures.push_back(load(out));
  }
  EXPECT_NE(pictures[0], pictures[1]);
  EXPECT_NE(pictures[0], pictures[2]);
}

TEST(ClassModelVerb, TheSameSeedGivesTheSameFile) {
  const TemporaryFolder folder;
  std::vector<std::string> pictures;
  for (const char* seed : {"3", "3", "4"}) {
    const Outcome outcome =
        fovea({"class-model", "--class", "0", "--steps", "4", "--seed", seed, "-o", folder.file("x.png")});
    ASSERT_EQ(outcome.code, 0) << outcome.err;
    pictures.push_back(load(folder.file("x.png")));
  }
  EXPECT_EQ(pictures[0], pictures[1]);
  EXPECT_NE(pictures[0], pictures[2]);
}

TEST(ClassModelVerb, PaperModeReportsTheObjective) {
  const TemporaryFolder folder;
  const Outcome outcome = fovea({"class-model", "--class", "0", "--steps", "5", "--paper", "--l2", "0.01",
                                 "--json", "-o", folder.file("x.png")});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  const Json json = Json::parse(outcome.out)[0];
  const double score = json["score"], norm = json["norm"], objective = json["objective"];
  EXPECT_GT(norm, 0);
  EXPECT_NEAR(objective, score - 0.01 * norm * norm, 1e-6 * std::max(1.0, std::abs(score)));
}

TEST(ClassModelVerb, CtrlCEndsTheAscentWithThePictureSoFar) {
  const TemporaryFolder folder;
  CommandOptions options;
  options.interrupt_when = [](const std::string& err) { return contains(err, "step    0/"); };
  const Outcome outcome = fovea(
      {"class-model", "--class", "0", "--class", "1", "--steps", "100000", "--json", "-o", folder.path()},
      options);
  EXPECT_EQ(outcome.signal, 0);
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_TRUE(contains(outcome.err, "stopped after")) << outcome.err;
  EXPECT_EQ(files_in(folder.path()), (Names{"0-tench.npy", "0-tench.png"}));
  const Json json = Json::parse(outcome.out);
  ASSERT_EQ(json.size(), 1U);
  EXPECT_LT(json[0]["steps"], 100000);
}

TEST(ClassModelVerb, ExcitesPartsOfALayer) {
  const TemporaryFolder folder;
  const std::string layer = "/stages/stages.1/stages.1.1/relu2/Relu";
  const Outcome outcome =
      fovea({"class-model", "--layer", layer, "--channel", "3", "--channel", "7", "--unit", "5", "--unit",
             "5,1,2", "--steps", "2", "--json", "-o", folder.path()});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  const std::string base = "stages-stages-1-stages-1-1-relu2-Relu-";
  EXPECT_EQ(
      files_in(folder.path()),
      (Names{base + "channel-3.npy", base + "channel-3.png", base + "channel-7.npy", base + "channel-7.png",
             base + "unit-5-1-2.npy", base + "unit-5-1-2.png", base + "unit-5.npy", base + "unit-5.png"}));
  const Json json = Json::parse(outcome.out);
  ASSERT_EQ(json.size(), 4U);
  EXPECT_EQ(json[0]["layer"], layer);
  EXPECT_EQ(json[1]["channel"], 7);
  EXPECT_EQ(json[3]["position"], (Json{1, 2}));
  EXPECT_FALSE(json[0].contains("probability"));
}

TEST(ClassModelVerb, AWholeLayerIsOnePicture) {
  const TemporaryFolder folder;
  const Outcome outcome = fovea({"class-model", "--layer", "/stem/stem.3/MaxPool", "--steps", "2", "--zoom",
                                 "1.1", "--rotate", "5", "-o", folder.file("x.png")});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(files_in(folder.path()), Names{"x.png"});
  EXPECT_TRUE(contains(outcome.out, "layer /stem/stem.3/MaxPool, whole layer: score ")) << outcome.out;
}

TEST(ClassModelVerb, DiversePicturesAreFilesAndASheet) {
  const TemporaryFolder folder;
  const Outcome outcome =
      fovea({"class-model", "--class", "church", "--diversity", "2", "--fourier", "--steps", "2",
             "--diversity-layer", "/stages/stages.1/stages.1.1/relu2/Relu", "-o", folder.path()});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(files_in(folder.path()),
            (Names{"4-church-1.npy", "4-church-1.png", "4-church-2.npy", "4-church-2.png", "sheet.png"}));
  EXPECT_NE(load(folder.file("4-church-1.npy")), load(folder.file("4-church-2.npy")));
  const std::string sheet = folder.file("one.png");
  ASSERT_EQ(fovea({"class-model", "--class", "4", "--diversity", "2", "--steps", "1", "-o", sheet}).code, 0);
  EXPECT_GT(read_image(sheet).width, 2 * 224);
}

TEST(ClassModelVerb, LayersThatAreNotThereAreErrors) {
  const TemporaryFolder folder;
  const std::string out = folder.file("x.png");
  const Outcome unknown = fovea({"class-model", "--layer", "/stem/stem.0/Cov", "-o", out});
  EXPECT_EQ(unknown.code, 1);
  EXPECT_TRUE(contains(
      unknown.err, "there is no value or node named '/stem/stem.0/Cov'; the nearest are '/stem/stem.0/Conv"))
      << unknown.err;
  const Outcome channel = fovea({"class-model", "--layer", "logits", "--channel", "10", "-o", out});
  EXPECT_EQ(channel.code, 1);
  EXPECT_TRUE(contains(channel.err, "channel 10 is out of range: layer 'logits' has 10 channels, 0 to 9"))
      << channel.err;
  EXPECT_EQ(folder.count(), 0U);
}

}  // namespace
}  // namespace fovea::test
