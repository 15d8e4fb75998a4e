#include "support/program.hpp"

namespace fovea::test {
namespace {

CommandOptions reading(const std::string& text) {
  CommandOptions options;
  options.input = text;
  return options;
}

TEST(StandardStreams, APictureComesFromAPipe) {
  const std::string photo = sample("church.jpg");
  const Outcome of_file = fovea({"classify", photo}),
                of_pipe = fovea({"classify", "-"}, reading(load(photo)));
  EXPECT_EQ(of_pipe.code, 0) << of_pipe.err;
  EXPECT_EQ(of_pipe.out.substr(0, 11), "/dev/stdin\n");
  EXPECT_EQ(of_pipe.out.substr(of_pipe.out.find('\n')), of_file.out.substr(of_file.out.find('\n')));
  EXPECT_EQ(fovea({"classify", "/dev/stdin"}, reading(load(photo))).out, of_pipe.out);
  CommandOptions redirected;
  redirected.stdin_path = photo;
  EXPECT_EQ(fovea({"classify", "-"}, redirected).out, of_pipe.out);
}

TEST(StandardStreams, AModelComesFromAPipe) {
  const std::string photo = sample("church.jpg");
  const Outcome outcome = fovea({"classify", photo, "-m", "-"}, reading(load(bundled())));
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(outcome.out, fovea({"classify", photo, "-m", bundled()}).out);
}

TEST(StandardStreams, OneThingIsReadFromStandardInput) {
  expect_error(fovea({"classify", "-", "-m", "-"}, reading("x")), 2, {"cannot both be read", "images"});
}

TEST(StandardStreams, WhatIsNoPictureIsAnError) {
  expect_error(fovea({"classify", "-", "-q"}, reading("no picture")), 1, {"/dev/stdin: "});
  expect_error(fovea({"classify", "-", "-q"}), 1, {"/dev/stdin: "});
}

TEST(StandardStreams, OneFileGoesToStandardOutput) {
  const TemporaryFolder folder;
  const std::string photo = sample("church.jpg"), base = data("networks/plain");
  const Outcome figure = fovea({"saliency", photo, "-o", "-"});
  EXPECT_EQ(figure.code, 0) << figure.err;
  EXPECT_TRUE(contains(figure.err, "church")) << "the result is printed where the picture is not";
  ASSERT_EQ(fovea({"saliency", photo, "-o", folder.file("figure.png")}).code, 0);
  EXPECT_EQ(figure.out, load(folder.file("figure.png")));

  ASSERT_EQ(
      fovea({"forward", base + ".onnx", "--input", base + ".input.npy", "-o", folder.file("y.npy")}).code, 0);
  EXPECT_EQ(
      fovea({"forward", base + ".onnx", "--input", "-", "-o", "-"}, reading(load(base + ".input.npy"))).out,
      load(folder.file("y.npy")));
  const std::string network = fovea({"export", "canonical", bundled(), "-o", "-"}).out;
  EXPECT_EQ(fovea({"info", "-", "--json"}, reading(network)).code, 0);
}

TEST(StandardStreams, FoldersAndPagesBesidePicturesDoNotGoThere) {
  expect_error(fovea({"evaluate", "sanity", sample("church.jpg"), "--methods", "gradient", "-o", "-"}), 2,
               {"--output", "the name of a folder"});
  expect_error(fovea({"report", sample("church.jpg"), "--split", "-o", "-"}), 2, {"--split"});
}

TEST(OutputFiles, EndingsNameOnePicture) {
  const TemporaryFolder folder;
  ASSERT_EQ(fovea({"saliency", sample("church.jpg"), "-o", folder.file("figure.PNG")}).code, 0);
  EXPECT_EQ(load(folder.file("figure.PNG")).substr(1, 3), "PNG");
  ASSERT_EQ(fovea({"saliency", sample("church.jpg"), "-o", folder.file("maps.v2")}).code, 0);
  EXPECT_TRUE(std::filesystem::is_directory(folder.file("maps.v2")));
}

/// Photos in folders and in a folder of these, and outputs.
struct ExistingOutputs : testing::Test {
  ExistingOutputs() { std::filesystem::copy_file(sample("church.jpg"), folder.file("church.jpg")); }
  Outcome saliency(const std::string& output, std::vector<std::string> more = {}) const {
    more.insert(more.begin(), {"saliency", folder.file("church.jpg"), "-o", output});
    return fovea(more);
  }
  TemporaryFolder folder;
};

TEST_F(ExistingOutputs, AreReplacedIfTheyAreResults) {
  EXPECT_EQ(saliency(folder.file("figure.png")).code, 0);
  const std::string first = load(folder.file("figure.png"));
  EXPECT_EQ(saliency(folder.file("figure.png"), {"--method", "guided"}).code, 0);
  EXPECT_NE(load(folder.file("figure.png")), first);
  for (int run = 0; run < 2; ++run) {
    const Outcome outcome = saliency(folder.file("maps"), {"--figure"});
    EXPECT_EQ(outcome.code, 0) << outcome.err;
  }
  for (int run = 0; run < 2; ++run) {
    const Outcome outcome = fovea({"report", folder.file("church.jpg"), "--no-localize", "--class-models",
                                   "0", "-o", folder.file("page.html")});
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    const Outcome exported = fovea({"export", "canonical", bundled(), "-o", folder.file("net.onnx")});
    EXPECT_EQ(exported.code, 0) << exported.err;
    const Outcome sanity = fovea({"evaluate", "sanity", folder.file("church.jpg"), "--methods", "gradient",
                                  "--stages", "1", "-o", folder.file("sanity")});
    EXPECT_EQ(sanity.code, 0) << sanity.err;
  }
}

TEST_F(ExistingOutputs, OfOthersStayWithoutForce) {
  const std::string page = folder.file("page.html"), picture = folder.file("photo.png");
  store(page, "<p>my page</p>");
  store(picture, "\x89PNG of somebody else");
  expect_error(fovea({"report", folder.file("church.jpg"), "-o", page}), 1,
               {"page.html: exists and is not a result of fovea", "--force"});
  EXPECT_EQ(load(page), "<p>my page</p>");
  const std::string before = load(picture);
  expect_error(saliency(picture), 1, {"photo.png: exists and is not a result of fovea", "--force"});
  EXPECT_EQ(load(picture), before);
  EXPECT_EQ(saliency(picture, {"--force"}).code, 0);
  EXPECT_NE(load(picture), before);
}

TEST_F(ExistingOutputs, InAFolderStayToo) {
  std::filesystem::create_directory(folder.file("maps"));
  store(folder.file("maps/church-map.png"), "another's");
  const Outcome outcome = saliency(folder.file("maps"));
  EXPECT_EQ(outcome.code, 1);
  EXPECT_TRUE(contains(outcome.err, "church-map.png: exists and is not a result of fovea")) << outcome.err;
  EXPECT_EQ(load(folder.file("maps/church-map.png")), "another's");
}

TEST_F(ExistingOutputs, ThatTheCommandReadsStay) {
  const std::string network = folder.file("net.onnx");
  ASSERT_EQ(fovea({"export", "canonical", bundled(), "-o", network}).code, 0);
  const std::string before = load(network);
  expect_error(fovea({"export", "explanation", network, "-o", network}), 1, {"is read by the same command"});
  EXPECT_EQ(load(network), before);
  EXPECT_EQ(fovea({"export", "explanation", network, "-o", network, "--force"}).code, 0);
  EXPECT_NE(load(network), before);
}

TEST(Names, AModelIsAnArgumentOrAnOption) {
  const std::string photo = sample("church.jpg");
  const std::string wanted = fovea({"classify", photo, "-m", bundled()}).out;
  EXPECT_EQ(fovea({"classify", photo, bundled()}).out, wanted);
  EXPECT_EQ(fovea({"classify", bundled(), photo}).out, wanted);
  EXPECT_EQ(fovea({"info", "-m", bundled()}).out, fovea({"info", bundled()}).out);
  expect_error(fovea({"classify", photo, bundled(), "-m", bundled()}), 2, {"two models are given"});
  expect_error(fovea({"classify", bundled()}), 2, {"a picture is missing"});
  EXPECT_EQ(fovea({"info", bundled(), "-m", bundled()}).code, 2);
}

TEST(Names, OfMethodsAreOneOrSeveral) {
  const TemporaryFolder folder;
  EXPECT_EQ(fovea({"report", sample("church.jpg"), "--method", "guided", "--no-localize", "--class-models",
                   "0", "-o", folder.file("page.html")})
                .code,
            0);
  EXPECT_EQ(fovea({"saliency", sample("church.jpg"), "--methods", "guided", "-o", folder.file("f.png")}).code,
            0);
}

TEST(Names, OutputOfAnExportIsItsFile) {
  const TemporaryFolder folder;
  expect_error(
      fovea({"export", "explanation", bundled(), "-o", folder.file("e.onnx"), "--output", "gradient"}), 2,
      {"--output names the file", "--map gradient"});
  const Outcome outcome =
      fovea({"export", "explanation", bundled(), "--output", folder.file("e.onnx"), "--map", "gradient"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_TRUE(contains(outcome.out, "scores and gradient out")) << outcome.out;
}

TEST(Folders, AreTakenWithTheirSubfoldersIfAsked) {
  const TemporaryFolder folder;
  std::filesystem::create_directories(folder.file("a/b"));
  std::filesystem::copy_file(sample("church.jpg"), folder.file("one.jpg"));
  std::filesystem::copy_file(sample("church.jpg"), folder.file("a/b/two.jpg"));
  const std::string all = fovea({"classify", folder.path(), "-r", "--top", "1"}).out;
  EXPECT_TRUE(contains(all, "one.jpg") && contains(all, "two.jpg")) << all;
  EXPECT_FALSE(contains(fovea({"classify", folder.path(), "--top", "1"}).out, "two.jpg"));
}

}  // namespace
}  // namespace fovea::test
