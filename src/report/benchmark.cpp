#include "report/benchmark.hpp"

#include "base/check.hpp"
#include "base/quantile.hpp"
#include "base/utf8.hpp"
#include "report/profile_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <numeric>
#include <random>
#include <thread>

namespace fovea {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

std::size_t peak_memory() {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;)
    if (std::size_t kib = 0; word == "VmHWM:" && status >> kib)
      return kib * 1024;
  return 0;
}

/// Normal noise: the time of a dense kernel does not depend on what it reads.
void fill_with_noise(Tensor& tensor) {
  std::mt19937 random(1);
  std::normal_distribution<float> normal;
  Tensor noise(DType::F32, tensor.shape());
  for (float& x : noise.data<float>())
    x = normal(random);
  const Tensor converted = noise.cast(tensor.dtype());
  std::copy_n(static_cast<const std::byte*>(converted.raw()), tensor.bytes(),
              static_cast<std::byte*>(tensor.raw()));
}

void iterate(Session& session, Benchmark& measured) {
  const Clock::time_point begin = Clock::now();
  session.forward();
  const double forward = seconds_since(begin);
  if (measured.has_backward())
    session.backward();
  const double both = seconds_since(begin);
  measured.forward.add(forward);
  measured.backward.add(both - forward);
  measured.both.add(both);
}

int threads_of(const Program& program) {
  const int threads = program.options().threads;
  return threads > 0 ? threads : static_cast<int>(std::thread::hardware_concurrency());
}

nlohmann::ordered_json times_json(const RunTimes& times) {
  return {{"median", 1e3 * times.median()},
          {"min", 1e3 * times.quantile(0)},
          {"p10", 1e3 * times.quantile(0.1)},
          {"p90", 1e3 * times.quantile(0.9)},
          {"max", 1e3 * times.quantile(1)}};
}

std::string times_text(const char* name, const RunTimes& times) {
  return fmt::format("{:<15}{:.2f} ms median; {:.2f} fastest, {:.2f} to {:.2f} the middle 80 %\n", name,
                     1e3 * times.median(), 1e3 * times.quantile(0), 1e3 * times.quantile(0.1),
                     1e3 * times.quantile(0.9));
}

}  // namespace

double RunTimes::quantile(double part) const {
  FOVEA_CHECK(!seconds_.empty(), "no run was measured");
  std::vector<double> scratch = seconds_;
  return fovea::quantile(std::span(scratch), part);
}

double RunTimes::sum() const {
  return std::accumulate(seconds_.begin(), seconds_.end(), 0.0);
}

bool Benchmark::has_backward() const {
  return program->options().direction == Direction::ForwardAndBackward;
}

std::int64_t Benchmark::multiply_adds() const {
  std::int64_t all = 0;
  for (const StepProfile& step : profile)
    all += step.multiply_adds;
  return all;
}

double Benchmark::images_per_second() const {
  return static_cast<double>(program->options().batch) / both.median();
}

double Benchmark::gflops_per_second() const {
  return 2e-9 * static_cast<double>(multiply_adds()) / both.median();
}

double Benchmark::step_share() const {
  double steps = 0;
  for (const StepProfile& step : profile)
    steps += step.seconds;
  return steps / both.sum();
}

double Benchmark::product_share() const {
  double products = 0;
  for (const StepProfile& step : profile)
    products += step.multiply_adds > 0 ? step.fastest_seconds : 0;
  return products / fastest_seconds(profile);
}

Benchmark run_benchmark(const std::string& path, const LoadOptions& load,
                        const std::function<ProgramOptions(const Model&)>& options,
                        const BenchmarkRuns& runs) {
  FOVEA_CHECK(runs.iterations >= 1 && runs.warm_up >= 1,
              "expected at least one measured run and one before, found {} and {}", runs.iterations,
              runs.warm_up);
  Benchmark measured;
  const Clock::time_point start = Clock::now();
  {
    const Model model = Model::load(path, load);
    measured.load_seconds = seconds_since(start);
    const Clock::time_point loaded = Clock::now();
    measured.program = Program::compile(model, options(model));
    measured.compile_seconds = seconds_since(loaded);
  }
  Session session(measured.program, Profiling::On);
  fill_with_noise(session.input());
  if (measured.has_backward())
    session.seed_classes(
        std::vector<std::int64_t>(static_cast<std::size_t>(measured.program->options().batch), 0));
  Benchmark ignored;
  ignored.program = measured.program;
  iterate(session, ignored);
  measured.first_seconds = seconds_since(start);
  for (int i = 1; i < runs.warm_up; ++i)
    iterate(session, ignored);
  session.reset_profile();
  for (int i = 0; i < runs.iterations; ++i)
    iterate(session, measured);
  measured.profile = session.profile();
  measured.peak_bytes = peak_memory();
  return measured;
}

nlohmann::ordered_json benchmark_json(const Benchmark& benchmark, const std::string& model,
                                      bool with_profile) {
  const Program& program = *benchmark.program;
  const ProgramOptions& options = program.options();
  const ProgramReport& report = program.report();
  nlohmann::ordered_json json = {{"model", model},
                                 {"input", program.inputs().front().shape.dims()},
                                 {"batch", options.batch},
                                 {"precision", name_of(options.precision)},
                                 {"backend", name_of(options.backend)},
                                 {"rule", name_of(options.rule)},
                                 {"direction", benchmark.has_backward() ? "forward and backward" : "forward"},
                                 {"threads", threads_of(program)},
                                 {"iterations", benchmark.both.count()},
                                 {"milliseconds", times_json(benchmark.both)},
                                 {"forward_milliseconds", times_json(benchmark.forward)}};
  if (benchmark.has_backward())
    json["backward_milliseconds"] = times_json(benchmark.backward);
  json["images_per_second"] = benchmark.images_per_second();
  json["multiply_adds"] = benchmark.multiply_adds();
  json["gflops_per_second"] = benchmark.gflops_per_second();
  json["step_share"] = benchmark.step_share();
  json["product_share"] = benchmark.product_share();
  json["arena_bytes"] = report.arena_bytes;
  json["unshared_bytes"] = report.unplanned_bytes;
  json["weight_bytes"] = report.weight_bytes;
  json["peak_bytes"] = benchmark.peak_bytes;
  json["fallback_nodes"] = report.fallback_nodes;
  json["load_milliseconds"] = 1e3 * benchmark.load_seconds;
  json["compile_milliseconds"] = 1e3 * benchmark.compile_seconds;
  json["first_run_milliseconds"] = 1e3 * benchmark.first_seconds;
  if (with_profile)
    json["profile"] = profile_json(benchmark.profile);
  return json;
}

std::string benchmark_text(const Benchmark& benchmark, const std::string& model, bool with_profile) {
  const Program& program = *benchmark.program;
  const ProgramReport& report = program.report();
  const auto mib = [](std::size_t bytes) { return static_cast<double>(bytes) / 1048576.0; };
  std::string text =
      fmt::format("model          {}, {}, {}, {} threads\n", shown(model),
                  to_string(program.inputs().front().shape), name_of(program.options().precision),
                  threads_of(program)) +
      fmt::format("start          {:.0f} ms to load, {:.0f} to compile, {:.0f} to the end of the first run\n",
                  1e3 * benchmark.load_seconds, 1e3 * benchmark.compile_seconds,
                  1e3 * benchmark.first_seconds) +
      times_text("forward", benchmark.forward);
  if (benchmark.has_backward())
    text += times_text("backward", benchmark.backward) + times_text("both", benchmark.both);
  text += fmt::format("rate           {:.2f} images/s, {:.1f} GFLOP/s\n", benchmark.images_per_second(),
                      benchmark.gflops_per_second());
  text += fmt::format("of the time    {:.1f} % in steps, {:.1f} % in convolutions and matrix products\n",
                      100 * benchmark.step_share(), 100 * benchmark.product_share());
  text += fmt::format("memory         arena {:.1f} MiB ({:.1f} unshared), weights {:.1f} MiB, peak of the "
                      "process {:.1f} MiB\n",
                      mib(report.arena_bytes), mib(report.unplanned_bytes), mib(report.weight_bytes),
                      mib(benchmark.peak_bytes));
  if (report.fallback_nodes > 0)
    text += fmt::format("fallback       {} nodes run their reference kernel\n", report.fallback_nodes);
  return with_profile ? text + profile_text(benchmark.profile) : text;
}

}  // namespace fovea
