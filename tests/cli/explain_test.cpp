#include "fovea/image.hpp"
#include "support/program.hpp"

#include <nlohmann/json.hpp>

namespace fovea::test {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

std::string squeezed(const std::string& text) {
  std::string result;
  for (const char c : text)
    if ((c != ' ' && c != '\n') || (!result.empty() && result.back() != ' '))
      result += c == '\n' ? ' ' : c;
  return result;
}

class Explain : public testing::Test {
protected:
  Outcome explain(std::vector<std::string> arguments, const std::string& path = "/usr/bin:/bin") const {
    CommandOptions options;
    options.folder = folder.path();
    options.environment = {{"PATH", path}, {"LC_ALL", "C.UTF-8"}, {"COLUMNS", "80"}};
    return fovea(arguments, options);
  }
  /// A program xdg-open that writes its argument to a file, and its folder.
  std::string viewer(const std::string& end) const {
    fs::create_directory(folder.file("bin"));
    store(folder.file("bin/xdg-open"),
          "#!/bin/sh\nprintf %s \"$1\" >'" + folder.file("opened") + "'\n" + end);
    fs::permissions(folder.file("bin/xdg-open"), fs::perms::owner_all);
    return folder.file("bin") + ":/usr/bin:/bin";
  }
  TemporaryFolder folder;
};

TEST_F(Explain, ShowsGuessesFigureNetworkAndPreprocessing) {
  const Outcome outcome = explain({"explain", sample("golf-ball.jpg")});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(outcome.err, "");  // the notes are part of what it prints
  EXPECT_EQ(outcome.out.find(sample("golf-ball.jpg") + "\n  golf ball "), 0U) << outcome.out;
  const std::string text = squeezed(outcome.out);
  for (const char* part : {"%", "\u2588\u2588", "figure golf-ball-explained.png", "Grad-CAM", "Gradient",
                           "the bundled one (imagenette-resnet.onnx, 10 classes), since none was named",
                           "preprocessing short side 144", "from the model file"})
    EXPECT_TRUE(contains(text, part)) << part << "\n" << outcome.out;
  EXPECT_EQ(files_in(folder.path()), std::vector<std::string>{"golf-ball-explained.png"});
  const Image figure = read_image(folder.file("golf-ball-explained.png"));
  EXPECT_GT(figure.width, 2 * figure.height);
}

TEST_F(Explain, IsWhatAPhotoAloneMeans) {
  const Outcome short_one = explain({sample("golf-ball.jpg")});
  EXPECT_EQ(short_one.code, 0) << short_one.err;
  EXPECT_EQ(short_one.out, explain({"explain", sample("golf-ball.jpg")}).out);
  expect_error(explain({"no-such-photo.jpg"}), 1, {"no-such-photo.jpg"});
  // Without block characters where the terminal may not have them.
  CommandOptions options;
  options.folder = folder.path();
  options.environment = {{"LC_ALL", "C"}};
  EXPECT_TRUE(contains(fovea({sample("golf-ball.jpg")}, options).out, "####"));
}

TEST_F(Explain, AFolderHasAFigureForEachPhoto) {
  const Outcome outcome = explain({std::string(FOVEA_SOURCE_DIR) + "/samples", "-o", "out", "--json"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  const Json json = Json::parse(outcome.out);
  EXPECT_EQ(json["network"]["bundled"], true);
  EXPECT_EQ(json["preprocessing_assumed"], false);
  ASSERT_EQ(json["photos"].size(), 3U);
  EXPECT_EQ(json["photos"][0]["predictions"][0]["name"], "church");
  EXPECT_EQ(json["photos"][0]["figure"], "out/church-explained.png");
  EXPECT_EQ(files_in(folder.file("out")).size(), 3U);
  expect_error(explain({"explain", sample("church.jpg"), sample("golf-ball.jpg"), "-o", "x.png"}), 2,
               {"-o names one picture"});
}

TEST_F(Explain, SaysThatPreprocessingIsAssumed) {
  const Outcome outcome =
      explain({sample("golf-ball.jpg"), "-m", data("networks/residual.onnx"), "-o", "x.png", "--class", "1"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_TRUE(contains(squeezed(outcome.out), "torchvision's convention, assumed because nothing says"))
      << outcome.out;
  EXPECT_FALSE(contains(outcome.err, "prepared")) << outcome.err;
}

TEST_F(Explain, OpensTheFigure) {
  const Outcome outcome =
      explain({sample("golf-ball.jpg"), "--open", "-o", "a figure.png"}, viewer("exit 0\n"));
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(load(folder.file("opened")), "a figure.png");
}

TEST_F(Explain, OpensTheFolderOfSeveral) {
  const Outcome outcome =
      explain({sample("golf-ball.jpg"), sample("church.jpg"), "--open", "-o", "out"}, viewer("sleep 4\n"));
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(load(folder.file("opened")), "out");
}

TEST_F(Explain, SaysThatNothingCanOpenIt) {
  expect_error(explain({sample("golf-ball.jpg"), "--open"}, folder.path()), 1, {"xdg-open", "xdg-utils"});
  EXPECT_EQ(folder.count(), 0U);  // before anything is computed
  const Outcome outcome = explain({sample("golf-ball.jpg"), "--open", "-o", "x.png"}, viewer("exit 3\n"));
  EXPECT_EQ(outcome.code, 1);
  EXPECT_TRUE(contains(outcome.err, "x.png: xdg-open has no program to show it with")) << outcome.err;
}

TEST(Notes, OfWhatIsAssumedComeOnceInEveryVerb) {
  const TemporaryFolder folder;
  const std::string out = folder.file("out");
  const std::vector<std::vector<std::string>> commands = {
      {"classify", sample("church.jpg"), sample("golf-ball.jpg")},
      {"saliency", sample("church.jpg"), sample("golf-ball.jpg"), "-o", out},
      {"localize", sample("church.jpg"), sample("golf-ball.jpg"), "-o", out},
      {"deconv", sample("church.jpg"), sample("golf-ball.jpg"), "--compare", "-o", out},
      {"report", sample("church.jpg"), sample("golf-ball.jpg"), "--class-models", "0", "-o",
       out + "/page.html"},
      {"class-model", "--class", "1", "--steps", "1", "-o", out},
      {"evaluate", "sanity", sample("church.jpg"), "--methods", "gradient", "-o", out}};
  const auto count = [](const std::string& text, const std::string& part) {
    std::size_t times = 0;
    for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1))
      ++times;
    return times;
  };
  for (std::vector<std::string> command : commands) {
    const std::string err = fovea(command).err;
    EXPECT_EQ(count(err, "fovea: note: no network was named: the bundled one answers"), 1U)
        << command[0] << err;
    command.insert(command.end(), {"-m", data("networks/residual.onnx")});
    const std::string assumed = fovea(command).err;
    EXPECT_EQ(count(assumed, "fovea: note: nothing says how pictures are prepared"), 1U)
        << command[0] << assumed;
    EXPECT_EQ(count(assumed, "no network was named"), 0U) << command[0];
  }
}

TEST(Folders, WithoutPicturesSayWhatWouldWork) {
  const TemporaryFolder folder;
  fs::create_directories(folder.file("empty"));
  fs::create_directories(folder.file("above/photos"));
  fs::copy_file(sample("church.jpg"), folder.file("above/photos/church.jpg"));
  expect_error(fovea({"classify", folder.file("empty")}), 1, {"empty: is an empty folder"});
  expect_error(fovea({"saliency", folder.file("above"), "-o", folder.file("x")}), 1,
               {"above: is a folder without pictures of its own",
                "name one of them, or take them all with --recursive"});
  expect_error(fovea({"classify", std::string(FOVEA_SOURCE_DIR) + "/models"}), 1,
               {"models: is a folder that holds no pictures"});
  expect_error(fovea({"localize", folder.file("none"), "-o", folder.file("x")}), 1, {"none"});
}

TEST(Info, ComparesPresetsOnPhotos) {
  const std::string samples = std::string(FOVEA_SOURCE_DIR) + "/samples";
  const Outcome outcome = fovea({"info", bundled(), "--try", samples});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  for (const char* part : {"preprocessing tried on 3 photos", "\n  torchvision ", "\n  caffe ", "certainty"})
    EXPECT_TRUE(contains(outcome.out, part)) << part << outcome.out;
  const Outcome json =
      fovea({"info", bundled(), "--json", "--try", sample("church.jpg"), sample("golf-ball.jpg")});
  ASSERT_EQ(json.code, 0) << json.err;
  EXPECT_EQ(Json::parse(json.out)["preprocessing_trial"]["trials"].size(), 4U);
  expect_error(fovea({"info", bundled(), sample("church.jpg")}), 2, {"--try"});
  expect_error(fovea({"info", bundled(), "--try", "no-such.jpg"}), 1, {});
}

}  // namespace
}  // namespace fovea::test
