#include "support/program.hpp"

namespace fovea::test {
namespace {

/// The main commands in their usual use, once each, so that a build with sanitizers sees all of the program.
/// Whether the results are right is asked in tests/cli.
class MainPath : public testing::Test {
protected:
  void expect_done(std::vector<std::string> arguments) const {
    const Outcome outcome = fovea(arguments);
    EXPECT_EQ(outcome.code, 0) << arguments.front() << ": " << outcome.err;
    EXPECT_EQ(outcome.signal, 0);
  }

  TemporaryFolder folder;
  const std::string photo = sample("golf-ball.jpg"), other = sample("church.jpg");
};

TEST_F(MainPath, OfPictures) {
  expect_done({"classify", photo, other, "--json"});
  expect_done(
      {"saliency", photo, "--method", "smoothgrad", "--samples", "2", "--figure", "-o", folder.file("s")});
  expect_done({"saliency", photo, other, "--method", "guided", "--crops", "10", "-o", folder.file("t")});
  expect_done({"localize", photo, "-o", folder.file("l")});
  expect_done(
      {"deconv", photo, "--layer", "/stem/stem.2/Relu_output_0", "--top", "2", "-o", folder.file("d")});
  expect_done({"class-model", "--class", "church", "--class", "golf ball", "--steps", "2", "--sheet", "-o",
               folder.file("c")});
  expect_done({"report", photo, other, "--methods", "gradient,grad-cam", "--class-models", "0", "--split",
               "-o", folder.file("r.html")});
}

TEST_F(MainPath, OfEvaluations) {
  expect_done(
      {"evaluate", "faithfulness", photo, "--methods", "gradient", "--steps", "4", "-o", folder.file("f")});
}

TEST_F(MainPath, OfComparisons) {
  expect_done({"compare", bundled(), bundled(), photo, "--layers", "2", "--max-changed", "0", "-o",
               folder.file("c.html")});
}

TEST_F(MainPath, OfModelsAndArrays) {
  expect_done({"info", bundled(), "--layers"});
  expect_done({"export", "explanation", bundled(), "-o", folder.file("e.onnx")});
  expect_done({"export", "canonical", bundled(), "-o", folder.file("c.onnx")});
  expect_done({"bench", bundled(), "--iterations", "1", "--warm-up", "1"});
  expect_done({"models", "list"});
  expect_done({"list", "methods"});
  expect_done({"man", folder.file("man")});
  expect_done({"completions", "bash"});
}

}  // namespace
}  // namespace fovea::test
