#include "report/benchmark.hpp"

#include "fovea/error.hpp"

#include <gtest/gtest.h>

namespace fovea::test {
namespace {

const std::string kModel = std::string(FOVEA_SOURCE_DIR) + "/models/imagenette-resnet.onnx";

Benchmark benchmark_of(const ProgramOptions& options, const BenchmarkRuns& runs) {
  return run_benchmark(
      kModel, {}, [&](const Model&) { return options; }, runs);
}

TEST(RunTimes, are_described_by_their_quantiles) {
  RunTimes times;
  EXPECT_THROW(times.median(), InputError);
  for (const double seconds : {4.0, 1.0, 2.0, 8.0, 3.0})
    times.add(seconds);
  EXPECT_EQ(times.count(), 5U);
  EXPECT_DOUBLE_EQ(times.median(), 3);
  EXPECT_DOUBLE_EQ(times.quantile(0), 1);
  EXPECT_DOUBLE_EQ(times.quantile(1), 8);
  EXPECT_DOUBLE_EQ(times.sum(), 18);
}

TEST(Benchmark, derives_rates_from_the_median_and_the_profile) {
  Benchmark benchmark = benchmark_of({.batch = 2, .threads = 1}, {1, 1});
  benchmark.both = {};
  for (const double seconds : {0.25, 0.5, 1.25})
    benchmark.both.add(seconds);
  StepProfile conv, relu;
  conv.multiply_adds = 3'000'000'000;
  conv.seconds = 0.75;
  conv.fastest_seconds = 0.3;
  relu.seconds = 0.25;
  relu.fastest_seconds = 0.1;
  benchmark.profile = {conv, relu};
  EXPECT_DOUBLE_EQ(benchmark.images_per_second(), 4);
  EXPECT_EQ(benchmark.multiply_adds(), 3'000'000'000);
  EXPECT_DOUBLE_EQ(benchmark.gflops_per_second(), 12);
  EXPECT_DOUBLE_EQ(benchmark.step_share(), 0.5);
  EXPECT_DOUBLE_EQ(benchmark.product_share(), 0.75);
}

TEST(Benchmark, measures_as_many_runs_as_were_asked_for) {
  const Benchmark both = benchmark_of({.threads = 1}, {3, 2});
  EXPECT_EQ(both.both.count(), 3U);
  EXPECT_EQ(both.profile.front().runs, 3);
  EXPECT_GT(both.backward.median(), 0);
  EXPECT_GE(both.first_seconds, both.load_seconds + both.compile_seconds);
  const nlohmann::ordered_json json = benchmark_json(both, "resnet", false);
  EXPECT_EQ(json["model"], "resnet");
  EXPECT_EQ(json["direction"], "forward and backward");
  EXPECT_EQ(json["precision"], "f32");
  EXPECT_EQ(json["backend"], "auto");
  EXPECT_EQ(json["rule"], "gradient");
  EXPECT_EQ(json["iterations"], 3);
  EXPECT_EQ(json["threads"], 1);
  EXPECT_TRUE(json.contains("backward_milliseconds"));
  EXPECT_FALSE(json.contains("profile"));
  const Benchmark forward = benchmark_of({.direction = Direction::Forward, .threads = 1}, {1, 1});
  EXPECT_FALSE(benchmark_json(forward, "resnet", false).contains("backward_milliseconds"));
  EXPECT_TRUE(benchmark_json(forward, "resnet", true).contains("profile"));
  EXPECT_EQ(benchmark_text(forward, "resnet", false).find("backward"), std::string::npos);
  EXPECT_NE(benchmark_text(both, "evil\x1b[31m", true).find("\nbackward "), std::string::npos);
  EXPECT_EQ(benchmark_text(both, "evil\x1b[31m", true).find('\x1b'), std::string::npos);
  EXPECT_THROW(benchmark_of({}, {0, 1}), InputError);
}

}  // namespace
}  // namespace fovea::test
