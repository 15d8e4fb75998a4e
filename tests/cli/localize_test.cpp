#include "fovea/image.hpp"
#include "support/program.hpp"

#include <nlohmann/json.hpp>

namespace fovea::test {
namespace {

using Json = nlohmann::json;
using Names = std::vector<std::string>;

void fill(Image& image, std::int64_t x0, std::int64_t y0, std::int64_t x1, std::int64_t y1,
          const std::array<int, 3>& colour) {
  for (std::int64_t y = y0; y < y1; ++y)
    for (std::int64_t x = x0; x < x1; ++x)
      for (std::size_t c = 0; c < 3; ++c)
        image.at(x, y)[c] = static_cast<std::uint8_t>(colour[c]);
}

/// A yellow square at (30,20) to (70,60) of a dark picture of 100 x 80.
void write_square(const std::string& path) {
  Image image = Image::blank(100, 80, 3, 40);
  fill(image, 30, 20, 70, 60, {220, 200, 40});
  write_png(path, image);
}

void write_strokes(const std::string& path, std::int64_t width = 100) {
  Image image = Image::blank(width, 80, 3, 255);
  fill(image, 40, 35, 60, 40, {255, 0, 0});
  fill(image, 5, 5, 90, 10, {0, 0, 255});
  write_png(path, image);
}

TEST(LocalizeVerb, WritesMaskObjectAndStages) {
  const TemporaryFolder folder;
  const Outcome outcome =
      fovea({"localize", sample("golf-ball.jpg"), "--stages", "--json", "-o", folder.file("out")});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(without_notes(outcome.err), "");
  EXPECT_EQ(files_in(folder.file("out")),
            (Names{"golf-ball-map.png", "golf-ball-mask.png", "golf-ball-object.png", "golf-ball-seeds.png",
                   "golf-ball-stages.png"}));
  const Json json = Json::parse(outcome.out)[0];
  EXPECT_EQ(json["class"]["name"], "golf ball");
  EXPECT_EQ(json["preset"], "default");
  EXPECT_EQ(json["crops"], 2);
  EXPECT_EQ(json["method"], "fused-layer-cam");
  EXPECT_EQ(json["energies"].size(), 1U);
  const Image photo = read_image(sample("golf-ball.jpg"));
  const Image mask = read_image(json["files"]["mask"].get<std::string>());
  ASSERT_EQ(mask.width, photo.width);
  ASSERT_EQ(mask.height, photo.height);
  std::int64_t area = 0;
  for (std::size_t i = 0; i < mask.pixels.size(); i += 3) {
    ASSERT_TRUE(mask.pixels[i] == 0 || mask.pixels[i] == 255);
    area += mask.pixels[i] == 255 ? 1 : 0;
  }
  EXPECT_EQ(json["area"], area);
  const Json& box = json["box"];
  EXPECT_GE(box["x0"], 0);
  EXPECT_LT(box["x0"], box["x1"]);
  EXPECT_LE(box["x1"], photo.width);
  EXPECT_LE(box["y1"], photo.height);
  EXPECT_EQ(read_image(json["files"]["object"].get<std::string>()).width, photo.width);
  EXPECT_GT(read_image(json["files"]["stages"].get<std::string>()).width, 1000);
}

TEST(LocalizeVerb, TopGivesABoxForEachGuess) {
  const TemporaryFolder folder;
  const Outcome outcome = fovea({"localize", sample("church.jpg"), "--crops", "whole", "--top", "3",
                                 "--preset", "paper", "--csv", "-o", folder.path()});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(lines_of(outcome.out), 4) << outcome.out;
  EXPECT_EQ(outcome.out.find("image,class,wordnet_id,name,score,probability,x0,y0,x1,y1\n"), 0U);
  EXPECT_TRUE(contains(outcome.out, "church.jpg,4,,church,")) << outcome.out;
  EXPECT_EQ(files_in(folder.path()).size(), 6U);
  EXPECT_TRUE(contains(load(folder.file("church-top3-mask.png")), "PNG"));
}

TEST(LocalizeVerb, OnePngIsTheFigureAlone) {
  const TemporaryFolder folder;
  const Outcome outcome = fovea({"localize", sample("parachute.jpg"), "--class", "parachute", "--method",
                                 "guided", "--star", "-o", folder.file("a.png")});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(files_in(folder.path()), Names{"a.png"});
  EXPECT_TRUE(contains(outcome.out, "parachute (class 9)")) << outcome.out;
}

TEST(LocalizeVerb, StrokesAndPointsNeedNoNetwork) {
  const TemporaryFolder folder;
  write_square(folder.file("photo.png"));
  write_strokes(folder.file("strokes.png"));
  const Names strokes = {"--strokes", folder.file("strokes.png")};
  const Names points = {"--foreground", "50,40", "--foreground", "40,30", "--background", "10,10"};
  const Names star = {"--foreground", "50,40", "--background", "10,10", "--star", "--radius", "0"};
  for (const Names& seeds : {strokes, points, star}) {
    Names arguments = {"localize"};
    arguments.insert(arguments.end(), seeds.begin(), seeds.end());
    arguments.insert(arguments.end(), {folder.file("photo.png"), "--json", "-o", folder.file("out")});
    const Outcome outcome = fovea(arguments);
    ASSERT_EQ(outcome.code, 0) << outcome.err;
    const Json json = Json::parse(outcome.out)[0];
    EXPECT_EQ(json["box"], Json({{"x0", 30}, {"y0", 20}, {"x1", 70}, {"y1", 60}}));
    EXPECT_EQ(json["area"], 1600);
    EXPECT_FALSE(json.contains("class"));
  }
  EXPECT_EQ(files_in(folder.file("out")), (Names{"photo-mask.png", "photo-object.png"}));
}

TEST(LocalizeVerb, ThePaperHasItsOwnMapAndCutAndEachCanBeChanged) {
  const TemporaryFolder folder;
  const auto run = [&](Names more) {
    more.insert(more.begin(), {"localize", sample("golf-ball.jpg"), "--json", "-o", folder.file("out")});
    const Outcome outcome = fovea(more);
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    return Json::parse(outcome.out)[0];
  };
  const Json paper = run({"--preset", "paper"});
  EXPECT_EQ(paper["preset"], "paper");
  EXPECT_EQ(paper["method"], "gradient");
  EXPECT_EQ(paper["crops"], 10);
  const Json spelt_out =
      run({"--preset", "paper", "--method", "gradient", "--crops", "10", "--smoothing", "0", "--quantiles",
           "95,30", "--prior", "0", "--colour-weight", "1", "--smoothness", "50", "--box", "largest"});
  EXPECT_EQ(paper["energies"], spelt_out["energies"]);
  const Json usual = run({});
  EXPECT_NE(usual["energies"], paper["energies"]);
  EXPECT_EQ(usual["energies"],
            run({"--prior", "2", "--level", "0.75", "--colour-weight", "0.2", "--smoothness", "15",
                 "--smoothing", "0.02", "--method", "fused-layer-cam"})["energies"]);
  EXPECT_EQ(usual["box"], run({"--box-level", "1"})["box"]);
  const Json of_mask = run({"--box-level", "0"});
  EXPECT_EQ(usual["energies"], of_mask["energies"]);
  EXPECT_NE(usual["box"], of_mask["box"]);
  for (const Names& change : {Names{"--prior", "3"}, Names{"--level", "0.65"}, Names{"--colour-weight", "0"},
                              Names{"--smoothness", "30"}, Names{"--method", "product"}})
    EXPECT_NE(usual["energies"], run(change)["energies"]) << change[0];
}

TEST(LocalizeVerb, StarsAreForStrokesUnlessTheyAreAskedFor) {
  const TemporaryFolder folder;
  const auto energies = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(),
                     {"localize", sample("church.jpg"), "--json", "-o", folder.file("out")});
    const Outcome outcome = fovea(arguments);
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    return Json::parse(outcome.out)[0]["energies"];
  };
  const auto with_points = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"--foreground", "190,150", "--background", "10,10"});
    return energies(arguments);
  };
  EXPECT_EQ(with_points({}), with_points({"--star"}));
  EXPECT_NE(with_points({}), with_points({"--no-star"}));
  EXPECT_EQ(energies({}), energies({"--no-star"}));
  EXPECT_NE(energies({}), energies({"--star"}));
}

TEST(LocalizeVerb, ComponentsHaveABoxEach) {
  const TemporaryFolder folder;
  Image image = Image::blank(100, 80, 3, 40);
  fill(image, 5, 20, 45, 60, {220, 200, 40});
  fill(image, 60, 30, 80, 50, {220, 200, 40});
  write_png(folder.file("photo.png"), image);
  const auto run = [&](const char* format) {
    const Outcome outcome =
        fovea({"localize", folder.file("photo.png"), "--foreground", "20,40", "--foreground", "70,40",
               "--background", "50,5", "--components", format, "-o", folder.file("out")});
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    return outcome.out;
  };
  const Json json = Json::parse(run("--json"))[0];
  const Json large = {{"x0", 5}, {"y0", 20}, {"x1", 45}, {"y1", 60}};
  const Json small = {{"x0", 60}, {"y0", 30}, {"x1", 80}, {"y1", 50}};
  EXPECT_EQ(json["boxes"], Json({large, small}));
  EXPECT_EQ(json["box"], Json({{"x0", 5}, {"y0", 20}, {"x1", 80}, {"y1", 60}}));
  EXPECT_EQ(run("--csv"), "image,class,wordnet_id,name,score,probability,x0,y0,x1,y1\n" +
                              folder.file("photo.png") + ",,,,,,5,20,45,60\n" + folder.file("photo.png") +
                              ",,,,,,60,30,80,50\n");
  const Image numbers = read_image(json["files"]["components"].get<std::string>());
  EXPECT_EQ(numbers.at(20, 40)[0], 1);
  EXPECT_EQ(numbers.at(70, 40)[0], 2);
  EXPECT_EQ(numbers.at(50, 40)[0], 0);
}

TEST(LocalizeVerb, StrokesThatCannotBeUsedAreErrors) {
  const TemporaryFolder folder;
  const std::string photo = folder.file("photo.png"), strokes = folder.file("strokes.png"),
                    out = folder.file("out");
  write_square(photo);
  write_strokes(strokes, 101);
  expect_error(fovea({"localize", photo, "--strokes", strokes, "-o", out}), 1,
               {"strokes.png", "101 x 80", "100 x 80"});
  write_square(strokes);
  expect_error(fovea({"localize", photo, "--strokes", strokes, "-o", out}), 1,
               {"strokes.png", "no pixel of the foreground's colour"});
  expect_error(fovea({"localize", photo, "--strokes", folder.file("missing.png"), "-o", out}), 1,
               {"missing.png"});
  expect_error(fovea({"localize", photo, "--foreground", "100,3", "--background", "1,1", "-o", out}), 1,
               {"photo.png", "(100, 3) lies outside"});
  expect_error(fovea({"localize", photo, "--foreground", "5,3", "--background", "6,3", "-o", out}), 1,
               {"both foreground and background"});
}

TEST(LocalizeVerb, OptionsThatMakeNoSenseAreErrors) {
  const std::string photo = sample("church.jpg");
  const auto with = [&](Names more) {
    Names all = {"localize", photo, "-o", "x"};
    all.insert(all.end(), more.begin(), more.end());
    return fovea(all);
  };
  expect_error(with({"--foreground", "1,2"}), 2, {"--background is missing"});
  expect_error(with({"--foreground", "1;2", "--background", "3,4"}), 2, {"--foreground", "x,y", "1;2"});
  expect_error(with({"--foreground", "1,2,3", "--background", "3,4"}), 2, {"1,2,3"});
  expect_error(with({"--foreground", "1,2", "--background", "3,4", "--strokes", "s.png"}), 2, {"--strokes"});
  expect_error(with({"--strokes", "s.png", "--class", "3"}), 2, {"--strokes", "--class"});
  expect_error(with({"--strokes", "s.png", sample("golf-ball.jpg")}), 2, {"belong to one picture"});
  expect_error(with({"--top", "0"}), 2, {"--top"});
  expect_error(with({"--top", "3", "--class", "3"}), 2, {"--top", "--class"});
  expect_error(with({"--quantiles", "30,95"}), 2, {"--quantiles 30,95", "foreground first"});
  expect_error(with({"--quantiles", "30"}), 2, {"--quantiles"});
  expect_error(with({"--preset", "best"}), 2, {"--preset", "best"});
  expect_error(with({"--json", "--csv"}), 2, {"--json", "--csv"});
  expect_error(with({"--crops", "5"}), 2, {"--crops"});
  expect_error(with({"--prior", "0", "--level", "1"}), 2, {"--level", "--prior 0"});
  expect_error(with({"--prior", "0", "--box-level", "1"}), 2, {"--box-level", "--prior 0"});
  expect_error(with({"--prior", "-1"}), 2, {"--prior"});
  expect_error(with({"--level", "0"}), 2, {"--level"});
  expect_error(with({"--colour-weight", "-0.5"}), 2, {"--colour-weight"});
  expect_error(fovea({"localize", photo, sample("golf-ball.jpg"), "-o", "x.png"}), 2,
               {"-o names one picture"});
}

TEST(LocalizeVerb, ABrokenPictureDoesNotStopTheOthers) {
  const TemporaryFolder folder;
  store(folder.file("broken.jpg"), load(sample("church.jpg")).substr(0, 5000));
  const Outcome outcome =
      fovea({"localize", sample("church.jpg"), folder.file("broken.jpg"), sample("golf-ball.jpg"), "--crops",
             "whole", "--csv", "-o", folder.file("out")});
  EXPECT_EQ(outcome.code, 1);
  EXPECT_EQ(lines_of(without_notes(outcome.err)), 1) << outcome.err;
  EXPECT_EQ(without_notes(outcome.err).find("fovea: error: " + folder.file("broken.jpg") + ": "), 0U)
      << outcome.err;
  EXPECT_EQ(lines_of(outcome.out), 3);
  EXPECT_EQ(files_in(folder.file("out")).size(), 4U);
}

}  // namespace
}  // namespace fovea::test
