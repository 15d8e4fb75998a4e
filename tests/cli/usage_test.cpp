#include "support/program.hpp"

namespace fovea::test {
namespace {

const std::vector<std::string> kVerbs = {"explain",     "info",     "forward",  "gradient",    "classify",
                                         "saliency",    "localize", "evaluate", "class-model", "bench",
                                         "models",      "list",     "deconv",   "report",      "export",
                                         "completions", "man"};

TEST(Usage, EveryVerbHasHelpOnStdout) {
  const Outcome all = fovea({"--help"});
  EXPECT_EQ(all.code, 0);
  for (const std::string& verb : kVerbs) {
    EXPECT_TRUE(contains(all.out, verb)) << all.out;
    const Outcome one = fovea({verb, "--help"});
    EXPECT_EQ(one.code, 0) << verb;
    EXPECT_TRUE(contains(one.out, "Options:")) << one.out;
    EXPECT_EQ(one.err, "") << verb;
  }
}

TEST(Usage, VersionIsPrinted) {
  const Outcome outcome = fovea({"--version"});
  EXPECT_EQ(outcome.code, 0);
  EXPECT_EQ(outcome.out.find("fovea "), 0U) << outcome.out;
  EXPECT_EQ(lines_of(outcome.out), 5) << outcome.out;
  for (const char* fact : {"compiler  ", "oneDNN    ", "OpenCV    ", "ONNX      operator sets 1 to 24"})
    EXPECT_TRUE(contains(outcome.out, fact)) << outcome.out;
}

TEST(Usage, AnUnknownVerbIsAnError) {
  expect_error(fovea({"clasify", "a.jpg"}), 2, {"unknown verb 'clasify'; did you mean 'classify'?"});
  expect_error(fovea({"salency", "a.jpg", "-o", "x"}), 2,
               {"unknown verb 'salency'; did you mean 'saliency'?"});
  expect_error(fovea({"xyzzy"}), 2, {"unknown verb 'xyzzy': expected one of", "classify", "man"});
  expect_error(fovea({"--nope"}), 2, {"unknown option '--nope'"});
  expect_error(fovea({"evaluate", "localisation", "a"}), 2,
               {"unknown command 'localisation'", "did you mean 'localization'?"});
  expect_error(fovea({"models"}), 2, {"a command is missing: expected one of list, pull", "commands"});
}

TEST(Usage, WhatIsNearIsOffered) {
  expect_error(fovea({"classify", "a.jpg", "--preproces", "caffe"}), 2,
               {"unknown option '--preproces'; did you mean '--preprocess'?"});
  expect_error(fovea({"saliency", "--preproces=caffe", "a.jpg"}), 2,
               {"unknown option '--preproces'; did you mean '--preprocess'?"});
  expect_error(fovea({"saliency", "a.jpg", "-o", "x", "--method", "gradcam"}), 2,
               {"--method: unknown value 'gradcam'; did you mean 'grad-cam'"});
  expect_error(fovea({"report", "a.jpg", "-o", "x", "--methods", "gradient,gidued"}), 2,
               {"--methods: unknown value 'gidued'; did you mean 'guided'"});
  expect_error(fovea({"classify", "a.jpg", "--preprocess", "cafe"}), 2, {"did you mean 'caffe'?"});
  expect_error(fovea({"classify", "a.jpg", "-x"}), 2, {"unknown option '-x'"});
}

TEST(Usage, AListTakesOneValueEachTimeThatItIsNamed) {
  const Outcome outcome = fovea({"classify", "--mean", "0.5", "no-such.jpg", "-m", bundled()});
  expect_error(outcome, 1, {"no-such.jpg"});
  expect_error(fovea({"class-model", "-m", bundled(), "--class", "1", "2", "-o", "x"}), 2, {"2"});
}

TEST(Usage, AnUnknownOptionIsAnErrorOfEveryVerb) {
  for (const std::string& verb : kVerbs) {
    const Outcome outcome = fovea({verb, "--no-such-option"});
    expect_error(outcome, 2, {"Run 'fovea " + verb + " --help'"});
  }
  expect_error(fovea({"classify", "a.jpg", "--no-such-option"}), 2, {"--no-such-option"});
}

TEST(Usage, MissingArgumentsAreErrors) {
  expect_error(fovea({"classify"}), 2, {"images is required"});
  expect_error(fovea({"saliency", sample("church.jpg")}), 2, {"--output is required"});
  expect_error(fovea({"class-model", "-o", "x"}), 2, {"--class is required"});
  expect_error(fovea({"gradient", bundled(), "--input", "x.npy", "-o", "g.npy"}), 2,
               {"--target is required"});
}

TEST(Usage, NumbersOutOfRangeAreErrors) {
  expect_error(fovea({"classify", "a.jpg", "--top", "0"}), 2, {"--top", "1"});
  expect_error(fovea({"classify", "a.jpg", "--crops", "5"}), 2, {"--crops"});
  expect_error(fovea({"classify", "a.jpg", "--mean", "1,2"}), 2,
               {"--mean: expected 1, 3 or 4 numbers, found 2"});
  expect_error(fovea({"classify", "a.jpg", "--std", "0"}), 2, {"--std: deviations must be positive"});
  expect_error(fovea({"classify", "a.jpg", "--std", "many"}), 2, {"--std", "many"});
  expect_error(fovea({"classify", "a.jpg", "--scale", "-1"}), 2, {"--scale"});
  expect_error(fovea({"classify", "a.jpg", "--resize", "0"}), 2, {"--resize"});
  expect_error(fovea({"saliency", "a.jpg", "-o", "x", "--method", "magic"}), 2, {"--method", "magic"});
  expect_error(fovea({"saliency", "a.jpg", "-o", "x", "--colormap", "plaid"}), 2, {"--colormap", "plaid"});
  expect_error(fovea({"saliency", "a.jpg", "-o", "x", "--gamma", "nan"}), 2, {"--gamma"});
  expect_error(fovea({"saliency", "a.jpg", "-o", "x", "--percentile", "101"}), 2, {"--percentile"});
  expect_error(fovea({"class-model", "--class", "1", "-o", "x", "--steps", "0"}), 2, {"--steps"});
  expect_error(fovea({"class-model", "--class", "1", "-o", "x", "--step", "-1"}), 2,
               {"--step: expected a positive number, found '-1'"});
  expect_error(fovea({"class-model", "--class", "1", "-o", "x", "--step", "inf"}), 2, {"--step"});
  expect_error(fovea({"class-model", "--class", "1", "-o", "x", "--seed", "-1"}), 2, {"--seed"});
  expect_error(fovea({"gradient", bundled(), "--input", "x.npy", "-o", "g.npy", "--target", "one"}), 2,
               {"--target", "one"});
  expect_error(
      fovea({"gradient", bundled(), "--input", "x.npy", "-o", "g.npy", "--target", "1", "--rule", "none"}), 2,
      {"--rule", "none"});
}

TEST(Usage, AnEmptyNameIsAnError) {
  expect_error(fovea({"classify", ""}), 2, {"images", "empty"});
  expect_error(fovea({"classify", sample("church.jpg"), "-m", ""}), 2, {"--model", "empty"});
  expect_error(fovea({"saliency", sample("church.jpg"), "-o", ""}), 2, {"--output", "empty"});
  expect_error(fovea({"info", ""}), 2, {"model", "empty"});
}

TEST(Usage, TwoResultsDoNotFitIntoOneFile) {
  const TemporaryFolder folder;
  const std::string base = data("networks/plain"), file = folder.file("x.npy");
  expect_error(fovea({"gradient", base + ".onnx", "--input", base + ".input.npy", "--target", "0", "--scores",
                      file, "-o", file}),
               2, {"--scores", "x.npy"});
  expect_error(fovea({"forward", base + ".onnx", "--input", base + ".input.npy", "-o", file, "-o", file}), 2,
               {"x.npy", "twice"});
  EXPECT_EQ(folder.count(), 0U);
}

TEST(Usage, SeveralPicturesDoNotFitIntoOneFile) {
  const TemporaryFolder folder;
  expect_error(fovea({"saliency", sample("church.jpg"), sample("golf-ball.jpg"), "-o", folder.file("x.png")}),
               2, {"-o names one picture", "name a folder"});
  expect_error(fovea({"class-model", "--class", "1", "--class", "2", "-o", folder.file("x.png")}), 2,
               {"-o names one picture", "--sheet"});
  EXPECT_EQ(folder.count(), 0U);
}

TEST(Usage, TargetsAndAscentsThatDoNotGoTogetherAreErrors) {
  auto refused = [](std::vector<std::string> arguments, const char* message) {
    arguments.insert(arguments.begin(), "class-model");
    arguments.insert(arguments.end(), {"-o", "x.png"});
    expect_error(fovea(arguments), 2, {message});
  };
  refused({"--class", "1", "--layer", "logits"}, "--class and --layer are two targets");
  refused({"--class", "1", "--channel", "1"}, "--channel and --unit need --layer");
  refused({"--layer", "logits", "--unit", "1,2"},
          "--unit: expected CHANNEL or CHANNEL,ROW,COLUMN, found '1,2'");
  refused({"--layer", "logits", "--unit", "x"}, "--unit: expected CHANNEL or CHANNEL,ROW,COLUMN, found 'x'");
  refused({"--layer", "logits", "--channel", "-1"}, "--channel");
  refused({"--class", "1", "--paper", "--fourier"}, "does not go with --fourier");
  refused({"--class", "1", "--paper", "--zoom", "1.1"}, "does not go with --zoom or --rotate");
  refused({"--class", "1", "--paper", "--diversity", "2"}, "does not go with --diversity");
  refused({"--class", "1", "--fourier", "--blur", "0.1"}, "does not go with --blur or --coarse");
  refused({"--class", "1", "--diversity-strength", "1"}, "need --diversity");
  refused({"--class", "1", "--diversity", "1"}, "--diversity");
  refused({"--class", "1", "--zoom", "0.9"}, "--zoom");
  refused({"--class", "1", "--rotate", "nan"}, "--rotate");
}

}  // namespace
}  // namespace fovea::test
