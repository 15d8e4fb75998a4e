#include "support/program.hpp"

#include <nlohmann/json.hpp>

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
  EXPECT_EQ(of_pipe.out.substr(0, 15), "standard input\n");
  EXPECT_EQ(of_pipe.out.substr(of_pipe.out.find('\n')), of_file.out.substr(of_file.out.find('\n')));
  EXPECT_EQ(fovea({"classify", "/dev/stdin"}, reading(load(photo))).out, of_pipe.out);
  CommandOptions redirected;
  redirected.stdin_path = photo;
  EXPECT_EQ(fovea({"classify", "-"}, redirected).out, of_pipe.out);
}

TEST(StandardStreams, ADashAloneIsAPicture) {
  const TemporaryFolder folder;
  CommandOptions options = reading(load(sample("church.jpg")));
  options.folder = folder.path();
  const Outcome outcome = fovea({"-"}, options);
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(outcome.out.substr(0, 15), "standard input\n");
  EXPECT_EQ(files_in(folder.path()), std::vector<std::string>{"stdin-explained.png"});
}

TEST(StandardStreams, EveryVerbNamesTheStreamInWords) {
  const std::string photo = load(sample("church.jpg"));
  const TemporaryFolder folder;
  for (const auto& arguments :
       std::vector<std::vector<std::string>>{{"classify", "-", "--json"},
                                             {"saliency", "-", "-o", folder.file("s"), "--json"},
                                             {"localize", "-", "-o", folder.file("l"), "--json"},
                                             {"deconv", "-", "-o", folder.file("d"), "--json"},
                                             {"explain", "-", "-o", folder.file("e"), "--json"}}) {
    const Outcome outcome = fovea(arguments, reading(photo));
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_TRUE(contains(outcome.out, "\"image\": \"standard input\"")) << outcome.out;
    EXPECT_FALSE(contains(outcome.out, "/dev/stdin")) << outcome.out;
  }
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
  expect_error(fovea({"classify", "-", "-q"}, reading("no picture")), 1, {"standard input: "});
  expect_error(fovea({"classify", "-", "-q"}), 1, {"standard input: "});
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

/// Every verb that writes into a folder refuses before its first file, whichever file is another's.
TEST_F(ExistingOutputs, InAFolderAreAReasonToWriteNothing) {
  const std::string first = folder.file("church.jpg"), second = sample("golf-ball.jpg");
  const auto layers = nlohmann::json::parse(fovea({"info", bundled(), "--layers", "--json"}).out)["layers"];
  const std::string layer = layers[1]["name"];
  const std::vector<std::pair<std::vector<std::string>, std::string>> runs = {
      {{"saliency", first, second, "--figure"}, "golf-ball-figure.png"},
      {{"saliency", first, second, "--methods", "gradient,guided"}, "golf-ball-guided-map.npy"},
      {{"explain", first, second}, "golf-ball-explained.png"},
      {{"localize", first, second, "--stages", "--top", "2"}, "golf-ball-top2-stages.png"},
      {{"localize", first, "--foreground", "60,60", "--background", "2,2"}, "church-mask.png"},
      {{"deconv", first, second}, "golf-ball-pattern.npy"},
      {{"deconv", first, second, "--layer", layer, "--top", "2"}, "golf-ball-c3-patch.png"},
      {{"deconv", "--dataset", folder.path(), "--layer", layer, "--top", "2"}, "patches.csv"},
      {{"class-model", "--class", "1", "--class", "2", "--steps", "4", "--every", "2"},
       "2-cassette-player-step0004.png"},
      {{"evaluate", "sanity", first, "--methods", "gradient", "--stages", "1"}, "report.html"},
      {{"evaluate", "faithfulness", first, "--methods", "gradient"}, "curve-insertion.svg"},
      {{"man"}, "fovea-report.1"}};
  for (const auto& [command, stranger] : runs) {
    const std::string output = folder.file("out");
    std::filesystem::create_directory(output);
    store(output + "/" + stranger, "another's");
    std::vector<std::string> arguments = command;
    if (command.front() != "man")
      arguments.emplace_back("-o");
    arguments.push_back(output);
    const Outcome outcome = fovea(arguments);
    expect_error(outcome, 1, {stranger + ": exists and is not a result of fovea", "--force"});
    EXPECT_EQ(files_in(output), std::vector<std::string>{stranger}) << command.front();
    std::filesystem::remove_all(output);
  }
}

TEST_F(ExistingOutputs, AreReplacedByManualPagesIfTheyAreSome) {
  for (int run = 0; run < 2; ++run) {
    EXPECT_EQ(fovea({"man", folder.file("man")}).code, 0);
    EXPECT_EQ(fovea({"man", folder.file("man"), "--markdown"}).code, 0);
  }
  store(folder.file("man/fovea.1"), "another's");
  EXPECT_EQ(fovea({"man", folder.file("man"), "-f"}).code, 0);
  EXPECT_NE(load(folder.file("man/fovea.1")), "another's");
}

TEST(OutputNames, ThatContradictWhatIsWrittenAreRefused) {
  const TemporaryFolder folder;
  const std::string photo = sample("church.jpg"), base = data("networks/plain");
  const auto refused = [&](std::vector<std::string> arguments, const std::string& name) {
    arguments.insert(arguments.end(), {"-o", folder.file(name)});
    expect_error(fovea(arguments), 2, {"--output: expected the name of ", "found", name});
  };
  refused({"report", photo}, "x.pdf");
  refused({"report", photo}, "page");
  refused({"export", "canonical", bundled()}, "e.png");
  refused({"forward", base + ".onnx", "--input", base + ".input.npy"}, "y.csv");
  refused({"gradient", base + ".onnx", "--input", base + ".input.npy", "--class", "0"}, "y");
  for (const char* verb : {"saliency", "explain", "localize", "deconv"})
    refused({verb, photo}, "x.gif");
  refused({"class-model", "--class", "1"}, "x.webp");
  refused({"evaluate", "sanity", photo, "--methods", "gradient"}, "x.png");
  expect_error(fovea({"report", photo, "-o", folder.path()}), 2, {"found the folder", "/page.html'"});
  expect_error(fovea({"man", folder.file("x.md")}), 2, {"folder: expected the name of a folder"});
  EXPECT_EQ(folder.count(), 0U);
}

TEST(OutputNames, MayBeInFoldersThatAreStillToBeMade) {
  const TemporaryFolder folder;
  const std::string photo = sample("church.jpg"), base = data("networks/plain");
  const std::vector<std::pair<std::vector<std::string>, std::string>> runs = {
      {{"saliency", photo}, "a/b/x.png"},
      {{"explain", photo}, "c/x.pdf"},
      {{"class-model", "--class", "1", "--steps", "1"}, "d/x.svg"},
      {{"export", "canonical", bundled()}, "e/f/n.onnx"},
      {{"forward", base + ".onnx", "--input", base + ".input.npy"}, "g/y.npy"},
      {{"report", photo, "--no-localize", "--class-models", "0"}, "h/i/page.html"}};
  for (const auto& [command, name] : runs) {
    std::vector<std::string> arguments = command;
    arguments.insert(arguments.end(), {"-o", folder.file(name)});
    const Outcome outcome = fovea(arguments);
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_TRUE(std::filesystem::is_regular_file(folder.file(name))) << name;
  }
  const Outcome failed = fovea({"saliency", folder.file("none.jpg"), "-o", folder.file("new/maps")});
  EXPECT_EQ(failed.code, 1);
  EXPECT_FALSE(std::filesystem::exists(folder.file("new"))) << "a run that failed leaves no empty folders";
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
      {"--output: names the file to write", "--map gradient"});
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
