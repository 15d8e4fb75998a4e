#include "fovea/tensor.hpp"
#include "support/program.hpp"

#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>

namespace fovea::test {
namespace {

/// |found - expected| / |expected|, in Euclidean norms.
double relative_error(const std::string& found_path, const std::string& expected_path) {
  const Tensor found = read_npy(found_path), expected = read_npy(expected_path);
  EXPECT_EQ(found.shape(), expected.shape()) << found_path;
  if (found.shape() != expected.shape())
    return 1;
  const Tensor a = found.cast(DType::F64), b = expected.cast(DType::F64);
  double difference = 0, norm = 0;
  for (std::size_t i = 0; i < b.data<double>().size(); ++i) {
    difference += std::pow(a.data<double>()[i] - b.data<double>()[i], 2);
    norm += std::pow(b.data<double>()[i], 2);
  }
  return std::sqrt(difference / norm);
}

nlohmann::json networks() {
  return nlohmann::json::parse(std::ifstream(data("networks/index.json")));
}

TEST(Arrays, GradientsOfTheReferenceNetworksAreThoseOfPyTorch) {
  const TemporaryFolder folder;
  const std::string scores = folder.file("scores.npy"), gradient = folder.file("gradient.npy");
  const std::string rules[] = {"gradient", "deconvnet", "guided"};
  std::size_t next = 0;  // every network once, with one rule after the other: tests/engine has them all
  for (const auto& network : networks()) {
    const std::string base = data("networks/" + network["name"].get<std::string>());
    const std::string target = std::to_string(network["target"].get<int>()), rule = rules[next++ % 3];
    const Outcome outcome = fovea({"gradient", base + ".onnx", "--input", base + ".input.npy", "--class",
                                   target, "--rule", rule, "--write-scores", scores, "-o", gradient});
    ASSERT_EQ(outcome.code, 0) << base << ": " << outcome.err;
    EXPECT_EQ(outcome.out, "");
    EXPECT_LE(relative_error(gradient, base + "." + rule + ".npy"), 1e-4) << base << " " << rule;
    EXPECT_LE(relative_error(scores, base + ".scores.npy"), 1e-4) << base;
  }
}

TEST(Arrays, DoublePrecisionIsCloserThanSingle) {
  const TemporaryFolder folder;
  const std::string base = data("networks/plain"), gradient = folder.file("g.npy");
  for (const auto& [precision, backend, tolerance] :
       {std::tuple{"f64", "auto", 1e-6}, std::tuple{"f32", "reference", 1e-5}}) {
    const Outcome outcome =
        fovea({"gradient", base + ".onnx", "--input", base + ".input.npy", "--class", "3", "--precision",
               precision, "--backend", backend, "--threads", "1", "-o", gradient});
    ASSERT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_EQ(read_npy(gradient).dtype(), precision == std::string("f64") ? DType::F64 : DType::F32);
    EXPECT_LE(relative_error(gradient, base + ".gradient.npy"), tolerance);
  }
}

TEST(Arrays, ForwardGivesTheScores) {
  const TemporaryFolder folder;
  const std::string base = data("networks/residual"), out = folder.file("y.npy");
  Outcome outcome = fovea({"forward", base + ".onnx", "--input", base + ".input.npy", "-o", out});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_LE(relative_error(out, base + ".scores.npy"), 1e-5);
  std::filesystem::remove(out);
  outcome =
      fovea({"forward", base + ".onnx", "--input", "image=" + base + ".input.npy", "-o", "scores=" + out});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_LE(relative_error(out, base + ".scores.npy"), 1e-5);
  EXPECT_EQ(folder.count(), 1U);
}

TEST(Arrays, ForwardNeedsTheInputsThatTheModelHas) {
  const TemporaryFolder folder;
  const std::string base = data("networks/residual"), out = folder.file("y.npy");
  const Outcome outcome = fovea({"forward", base + ".onnx", "-o", out});
  EXPECT_EQ(outcome.code, 2);
  EXPECT_NE(outcome.err.find("--input is missing"), std::string::npos) << outcome.err;
  EXPECT_EQ(folder.count(), 0U);
}

TEST(Arrays, GradientSaysThatRoundingsWerePassedStraightThrough) {
  const TemporaryFolder folder;
  const std::string base = data("networks/quantised"), out = folder.file("g.npy");
  const Outcome outcome =
      fovea({"gradient", base + ".onnx", "--input", base + ".input.npy", "--class", "1", "-o", out});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_NE(outcome.err.find("straight through the rounding of 3 quantisations"), std::string::npos)
      << outcome.err;
}

TEST(Arrays, ForwardKeepsTheFinalSoftmax) {
  const TemporaryFolder folder;
  const std::string base = data("networks/softmax"), out = folder.file("y.npy");
  const Outcome outcome = fovea({"forward", base + ".onnx", "--input", base + ".input.npy", "-o", out});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  const Tensor found = read_npy(out), scores = read_npy(base + ".scores.npy");
  ASSERT_EQ(found.shape(), scores.shape());
  for (std::int64_t n = 0; n < 2; ++n) {
    double sum = 0;
    for (std::int64_t c = 0; c < 6; ++c)
      sum += std::exp(scores.data<double>()[static_cast<std::size_t>(n * 6 + c)]);
    for (std::int64_t c = 0; c < 6; ++c) {
      const auto i = static_cast<std::size_t>(n * 6 + c);
      EXPECT_NEAR(found.data<float>()[i], std::exp(scores.data<double>()[i]) / sum, 1e-5);
    }
  }
}

TEST(Arrays, GradientSaysThatTheSoftmaxWasRemoved) {
  const TemporaryFolder folder;
  const std::string base = data("networks/softmax");
  const Outcome outcome = fovea({"gradient", base + ".onnx", "--input", base + ".input.npy", "--class", "2",
                                 "-o", folder.file("g.npy")});
  EXPECT_EQ(outcome.code, 0);
  EXPECT_TRUE(contains(outcome.err, "fovea: note: the scores are the values before the Softmax"))
      << outcome.err;
  EXPECT_EQ(outcome.out, "");
}

TEST(Arrays, AFileInTheWayIsReplacedWhole) {
  const TemporaryFolder folder;
  const std::string base = data("networks/plain"), out = folder.file("y.npy");
  store(out, "what was there before");
  EXPECT_EQ(fovea({"forward", base + ".onnx", "--input", base + ".input.npy", "-o", out}).code, 1);
  EXPECT_EQ(load(out), "what was there before");
  EXPECT_EQ(fovea({"forward", base + ".onnx", "--input", base + ".input.npy", "-o", out, "--force"}).code, 0);
  EXPECT_LE(relative_error(out, base + ".scores.npy"), 1e-5);
  EXPECT_EQ(folder.count(), 1U);
}

}  // namespace
}  // namespace fovea::test
