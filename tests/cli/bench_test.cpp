#include "support/program.hpp"

#include <nlohmann/json.hpp>

#include <numeric>

namespace fovea::test {
namespace {

nlohmann::json bench_json(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), {"bench", bundled()});
  for (const char* more : {"--iterations", "3", "--warm-up", "1", "--json"})
    arguments.emplace_back(more);
  const Outcome outcome = fovea(arguments);
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  return nlohmann::json::parse(outcome.out);
}

TEST(Bench, TheNumbersAgreeWithOneAnother) {
  const nlohmann::json json = bench_json({"--batch", "2", "--threads", "1"});
  EXPECT_EQ(json["input"], nlohmann::json({2, 3, 128, 128}));
  EXPECT_EQ(json["iterations"], 3);
  const auto& both = json["milliseconds"];
  EXPECT_GT(both["min"], 0);
  EXPECT_LE(both["min"], both["p10"]);
  EXPECT_LE(both["p10"], both["median"]);
  EXPECT_LE(both["median"], both["p90"]);
  EXPECT_LE(both["p90"], both["max"]);
  EXPECT_LE(json["forward_milliseconds"]["min"], both["median"]);
  const double seconds = both["median"].get<double>() / 1e3;
  EXPECT_NEAR(json["images_per_second"], 2 / seconds, 1e-6 / seconds);
  EXPECT_NEAR(json["gflops_per_second"], 2e-9 * json["multiply_adds"].get<double>() / seconds,
              1e-6 / seconds);
  EXPECT_GT(json["step_share"], 0.5);
  EXPECT_LE(json["step_share"], 1.0);
  EXPECT_GT(json["product_share"], 0.0);
  EXPECT_LE(json["product_share"], 1.0);
  EXPECT_LT(json["arena_bytes"], json["unshared_bytes"]);
  EXPECT_GT(json["peak_bytes"],
            json["weight_bytes"].get<std::size_t>() + json["arena_bytes"].get<std::size_t>());
  EXPECT_GE(json["first_run_milliseconds"].get<double>(),
            json["load_milliseconds"].get<double>() + json["compile_milliseconds"].get<double>());
}

TEST(Bench, CountsTheWorkOfBothDirections) {
  const Outcome info = fovea({"info", bundled(), "--json"});
  const auto forward = nlohmann::json::parse(info.out)["multiply_adds"].get<std::int64_t>();
  for (const char* backend : {"onednn", "reference"}) {
    const nlohmann::json both = bench_json({"--backend", backend});
    EXPECT_EQ(bench_json({"--backend", backend, "--forward"})["multiply_adds"], forward) << backend;
    const auto counted = both["multiply_adds"].get<std::int64_t>();
    EXPECT_GE(counted, 2 * forward) << backend << ": every product has one in the backward pass";
    // The phases of a strided first layer are filled up with taps of zero.
    EXPECT_LE(counted, std::string(backend) == "onednn" ? 2 * forward + forward / 10 : 2 * forward)
        << backend;
  }
}

TEST(Bench, TheProfileAddsUp) {
  const nlohmann::json json = bench_json({"--profile"});
  const auto& operators = json["profile"]["operators"];
  double share = 0;
  for (const auto& row : operators)
    share += row["share"].get<double>();
  EXPECT_NEAR(share, 1, 1e-9);
  const auto convolutions = std::count_if(operators.begin(), operators.end(), [](const auto& row) {
    return row["operator"] == "Conv" && row["part"] == "forward" && row["gflops_per_second"] > 0;
  });
  EXPECT_EQ(convolutions, 1);
  const auto& slowest = json["profile"]["slowest"];
  ASSERT_EQ(slowest.size(), 10U);
  for (std::size_t i = 1; i < slowest.size(); ++i)
    EXPECT_GE(slowest[i - 1]["milliseconds"], slowest[i]["milliseconds"]);
  EXPECT_FALSE(slowest[0]["node"].get<std::string>().empty());
  EXPECT_FALSE(slowest[0]["shape"].empty());
}

TEST(Bench, PrintsForPeople) {
  const Outcome outcome = fovea({"bench", bundled(), "--iterations", "2", "--warm-up", "1", "--profile"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  for (const char* part :
       {"images/s", "GFLOP/s", "arena", "peak of the process", "slowest steps", "ConvTranspose"})
    EXPECT_TRUE(contains(outcome.out, part)) << part << "\n" << outcome.out;
}

TEST(Bench, BadOptionsAreErrors) {
  expect_error(fovea({"bench", bundled(), "--iterations", "0"}), 2, {"--iterations"});
  expect_error(fovea({"bench", bundled(), "--batch", "0"}), 2, {"--batch"});
  expect_error(fovea({"bench", bundled(), "--precision", "f8"}), 2, {"--precision", "f8"});
  expect_error(fovea({"bench", bundled(), "--size", "64"}), 1, {"--size 64", "fixed size of 128x128"});
  expect_error(fovea({"bench", sample("church.jpg")}), 1, {"not an ONNX model"});
}

}  // namespace
}  // namespace fovea::test
