#include "support/program.hpp"

namespace fovea::test {
namespace {

const std::vector<std::string> kVerbs = {"explain",     "info",     "forward",  "gradient",    "classify",
                                         "saliency",    "localize", "evaluate", "class-model", "bench",
                                         "models",      "list",     "deconv",   "report",      "export",
                                         "completions", "man",      "compare",  "detect",      "concepts"};

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
  expect_error(fovea({"models", "--json"}), 2, {"unknown option '--json'"});
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

TEST(Usage, ACommandThatOnlyHasOthersShowsThem) {
  for (const char* verb : {"list", "models", "export", "evaluate"}) {
    const Outcome outcome = fovea({verb});
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_EQ(outcome.err, "");
    EXPECT_EQ(outcome.out, fovea({verb, "--help"}).out);
  }
  EXPECT_TRUE(contains(fovea({"list"}).out, "methods"));
}

TEST(Usage, FaultsOfSyntaxAreSentencesThatSayWhatWouldWork) {
  const std::vector<std::string> saliency = {"saliency", "a.jpg", "-o", "x"};
  const auto with = [&](std::vector<std::string> more) {
    more.insert(more.begin(), saliency.begin(), saliency.end());
    return fovea(more);
  };
  expect_error(fovea({"classify", "a.jpg", "--top"}), 2,
               {"error: the option --top needs a value behind it: number of guesses to print"});
  expect_error(fovea({"classify", "a.jpg", "--top", "x"}), 2,
               {"error: --top: expected a whole number from 1 to 1000000, found 'x'"});
  expect_error(with({"-o", "y"}), 2, {"error: the option --output takes one value, found 2: x, y"});
  expect_error(with({"--seed", "x"}), 2,
               {"error: --seed: expected a whole number that is not negative, found 'x'"});
  expect_error(fovea({"classify", "a.jpg", "--scale", "x"}), 2,
               {"error: --scale: expected a number, found 'x'"});
  expect_error(with({"--json", "--tsv"}), 2, {" do not go together: give one of them"});
  expect_error(fovea({"report", "a.jpg", "-o", "x.html", "--compare-preprocess", "caffe"}), 2,
               {"error: --compare-preprocess needs --compare-with, too"});
  expect_error(fovea({"models", "path", "a", "b"}), 2, {"error: unexpected argument 'b'"});
}

TEST(Usage, OptionsWithoutEffectAreNoted) {
  const TemporaryFolder folder;
  const Outcome outcome = fovea({"saliency", sample("church.jpg"), "-o", folder.file("m"), "--window", "0.3",
                                 "--samples", "4", "--merge", "l2"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_TRUE(contains(outcome.err, "note: --window has no effect on gradient: occlusion uses it\n"));
  EXPECT_TRUE(contains(outcome.err, "note: --samples has no effect on gradient: ")) << outcome.err;
  EXPECT_FALSE(contains(outcome.err, "--merge")) << outcome.err;
  const Outcome localized =
      fovea({"localize", sample("church.jpg"), "-o", folder.file("l"), "--keep", "0.4"});
  EXPECT_TRUE(contains(localized.err, "--keep has no effect on fused-layer-cam: rise uses it"))
      << localized.err;
}

TEST(Usage, AClassAgainstItselfIsAnError) {
  const TemporaryFolder folder;
  expect_error(fovea({"saliency", sample("church.jpg"), "--class", "church", "--against", "4", "-o",
                      folder.file("m")}),
               2, {"--class and --against both name 'church'"});
  expect_error(fovea({"saliency", sample("church.jpg"), "--against", "church", "-o", folder.file("m")}), 1,
               {"church.jpg: class 4 is explained against itself"});
}

TEST(Usage, TablesForProgramsHaveWhatJsonHas) {
  const TemporaryFolder folder;
  const std::string photo = sample("church.jpg");
  const auto first_line = [](const Outcome& outcome) {
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    return outcome.out.substr(0, outcome.out.find('\n'));
  };
  const std::string deconv = first_line(fovea({"deconv", photo, "-o", folder.file("d"), "--tsv"}));
  EXPECT_TRUE(contains(deconv, "class.index\t") && contains(deconv, "\tscore")) << deconv;
  const std::string explain = first_line(fovea({"explain", photo, "-o", folder.file("e"), "--tsv"}));
  EXPECT_TRUE(contains(explain, "\tname\t") && contains(explain, "\tprobability")) << explain;
  const std::string report = first_line(
      fovea({"report", photo, "--no-localize", "--class-models", "0", "-o", folder.file("r.html"), "--tsv"}));
  EXPECT_TRUE(contains(report, "page\tphotos\tleft_out\t")) << report;
}

TEST(Usage, BlanksBehindCommasDoNotMatter) {
  const Outcome outcome = fovea({"saliency", "none.jpg", "-o", "x", "--method", "gradient, guided", "-q"});
  expect_error(outcome, 1, {"none.jpg"});
}

TEST(Usage, NamesThatHadTwoMeaningsAreRefusedWithTheOneThatIsMeant) {
  const std::vector<std::string> gradient = {"gradient", bundled(), "--input", "x.npy", "-o", "g.npy"};
  const auto with = [&](const std::string& option, const std::string& value) {
    std::vector<std::string> arguments = gradient;
    arguments.insert(arguments.end(), {option, value});
    return fovea(arguments);
  };
  expect_error(with("--scores", "s.npy"), 2, {"unknown option '--scores': here --write-scores"});
  expect_error(fovea({"localize", "a.jpg", "-o", "x", "--rule", "guided"}), 2,
               {"unknown option '--rule': here --method"});
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
  expect_error(fovea({"classify"}), 2,
               {"the argument 'images' is missing: pictures, or folders of pictures"});
  expect_error(fovea({"saliency", sample("church.jpg")}), 2,
               {"the option --output is missing: folder, or archive .tar, for the map"});
  expect_error(fovea({"class-model", "-o", "x"}), 2, {"the option --class is missing"});
  expect_error(fovea({"gradient", bundled(), "--input", "x.npy", "-o", "g.npy"}), 2,
               {"the option --class is missing, or --target"});
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
  expect_error(fovea({"gradient", bundled(), "--input", "x.npy", "-o", "g.npy", "--class", "one"}), 2,
               {"--class", "one"});
  expect_error(
      fovea({"gradient", bundled(), "--input", "x.npy", "-o", "g.npy", "--class", "1", "--rule", "none"}), 2,
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
  expect_error(fovea({"gradient", base + ".onnx", "--input", base + ".input.npy", "--class", "0",
                      "--write-scores", file, "-o", file}),
               2, {"--write-scores", "x.npy"});
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
  refused({"--class", "1", "--paper", "--zoom", "1.1"}, "does not go with --jitter, --zoom or --rotate");
  refused({"--class", "1", "--paper", "--jitter", "0.2"}, "does not go with --jitter");
  refused({"--class", "1", "--paper", "--coarse", "0.1"}, "does not go with --blur or --coarse");
  refused({"--class", "1", "--paper", "--diversity", "2"}, "does not go with --diversity");
  refused({"--class", "1", "--fourier", "--blur", "0.1"}, "does not go with --blur or --coarse");
  refused({"--class", "1", "--diversity-strength", "1"}, "need --diversity");
  refused({"--class", "1", "--diversity", "1"}, "--diversity");
  refused({"--class", "1", "--zoom", "0.9"}, "--zoom");
  refused({"--class", "1", "--rotate", "nan"}, "--rotate");
}

}  // namespace
}  // namespace fovea::test
