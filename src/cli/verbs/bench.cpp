#include "base/quantile.hpp"
#include "cli/kit/engine_options.hpp"
#include "cli/kit/model_options.hpp"
#include "cli/kit/networks.hpp"
#include "cli/kit/output.hpp"
#include "cli/kit/verbose.hpp"
#include "cli/verbs/verbs.hpp"
#include "fovea/error.hpp"
#include "fovea/networks.hpp"
#include "report/profile_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <random>
#include <thread>

namespace fovea::cli {
namespace {

struct Options {
  std::string model;
  std::int64_t batch = 1;
  std::string size;
  std::string rule = "gradient", scores;
  EngineOptions engine;
  int iterations = 20;
  int warm_up = 3;
  bool forward_only = false;
  bool profile = false;
  bool json = false;
};

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

/// Seconds of the measured iterations, and how they spread.
class Times {
public:
  void add(double seconds) { seconds_.push_back(seconds); }
  double quantile(double part) const {
    std::vector<double> scratch = seconds_;
    return fovea::quantile(std::span(scratch), part);
  }
  double median() const { return quantile(0.5); }
  double sum() const {
    double total = 0;
    for (double seconds : seconds_)
      total += seconds;
    return total;
  }
  nlohmann::ordered_json json() const {
    return {{"median", 1e3 * median()},
            {"min", 1e3 * quantile(0)},
            {"p10", 1e3 * quantile(0.1)},
            {"p90", 1e3 * quantile(0.9)},
            {"max", 1e3 * quantile(1)}};
  }

private:
  std::vector<double> seconds_;
};

struct Measured {
  double load_seconds = 0, compile_seconds = 0, first_seconds = 0;
  Times forward, backward, both;
  std::vector<StepProfile> profile;
  std::int64_t multiply_adds = 0;  ///< of one iteration, forward and backward
  std::size_t peak_bytes = 0;
};

/// The largest part of memory that this process has held so far; 0 where the system does not tell.
std::size_t peak_memory() {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;)
    if (std::size_t kib = 0; word == "VmHWM:" && status >> kib)
      return kib * 1024;
  return 0;
}

ProgramOptions program_options(const Model& model, const Options& options) {
  ProgramOptions program = options.engine.program_options();
  const PictureSize size = choose_picture_size(model, options.size, 224);
  program.height = size.height;
  program.width = size.width;
  program.batch = options.batch;
  program.rule = parse_rule(options.rule);
  if (!options.scores.empty())
    program.outputs = {options.scores};
  program.direction = options.forward_only ? Direction::Forward : Direction::ForwardAndBackward;
  return program;
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

void iterate(Session& session, const Options& options, Measured& measured) {
  const Clock::time_point begin = Clock::now();
  session.forward();
  const double forward = seconds_since(begin);
  if (!options.forward_only)
    session.backward();
  const double both = seconds_since(begin);
  measured.forward.add(forward);
  measured.backward.add(both - forward);
  measured.both.add(both);
}

Measured measure(const Options& options, std::shared_ptr<const Program>& program) {
  start_log(options.engine.verbose);
  Measured measured;
  const Clock::time_point start = Clock::now();
  {
    const Model model = Model::load(find_network(options.model).path, options.engine.memory.load_options());
    measured.load_seconds = seconds_since(start);
    const Clock::time_point loaded = Clock::now();
    program = Program::compile(model, program_options(model, options));
    measured.compile_seconds = seconds_since(loaded);
  }
  Session session(program, Profiling::On);
  fill_with_noise(session.input());
  if (!options.forward_only)
    session.seed_classes(std::vector<std::int64_t>(static_cast<std::size_t>(options.batch), 0));
  Measured ignored;
  iterate(session, options, ignored);
  measured.first_seconds = seconds_since(start);
  for (int i = 1; i < options.warm_up; ++i)
    iterate(session, options, ignored);
  session.reset_profile();
  for (int i = 0; i < options.iterations; ++i)
    iterate(session, options, measured);
  measured.profile = session.profile();
  for (const StepProfile& step : measured.profile)
    measured.multiply_adds += step.multiply_adds;
  measured.peak_bytes = peak_memory();
  return measured;
}

double images_per_second(const Measured& measured, const Options& options) {
  return static_cast<double>(options.batch) / measured.both.median();
}

double gflops_per_second(const Measured& measured) {
  return 2e-9 * static_cast<double>(measured.multiply_adds) / measured.both.median();
}

/// Part of the measured time that passes within steps; the rest is the session's own.
double step_share(const Measured& measured) {
  double steps = 0;
  for (const StepProfile& step : measured.profile)
    steps += step.seconds;
  return steps / measured.both.sum();
}

/// Part of the steps' fastest times that convolutions and matrix products take.
double product_share(const Measured& measured) {
  double products = 0;
  for (const StepProfile& step : measured.profile)
    products += step.multiply_adds > 0 ? step.fastest_seconds : 0;
  return products / fastest_seconds(measured.profile);
}

int threads_of(const Options& options) {
  return options.engine.threads > 0 ? options.engine.threads
                                    : static_cast<int>(std::thread::hardware_concurrency());
}

void print_json(const Measured& measured, const Options& options, const Program& program) {
  const ProgramReport& report = program.report();
  nlohmann::ordered_json json = {{"model", options.model},
                                 {"input", program.inputs().front().shape.dims()},
                                 {"batch", options.batch},
                                 {"precision", options.engine.precision},
                                 {"backend", options.engine.backend},
                                 {"rule", options.rule},
                                 {"direction", options.forward_only ? "forward" : "forward and backward"},
                                 {"threads", threads_of(options)},
                                 {"iterations", options.iterations},
                                 {"milliseconds", measured.both.json()},
                                 {"forward_milliseconds", measured.forward.json()}};
  if (!options.forward_only)
    json["backward_milliseconds"] = measured.backward.json();
  json["images_per_second"] = images_per_second(measured, options);
  json["multiply_adds"] = measured.multiply_adds;
  json["gflops_per_second"] = gflops_per_second(measured);
  json["step_share"] = step_share(measured);
  json["product_share"] = product_share(measured);
  json["arena_bytes"] = report.arena_bytes;
  json["unshared_bytes"] = report.unplanned_bytes;
  json["weight_bytes"] = report.weight_bytes;
  json["peak_bytes"] = measured.peak_bytes;
  json["fallback_nodes"] = report.fallback_nodes;
  json["load_milliseconds"] = 1e3 * measured.load_seconds;
  json["compile_milliseconds"] = 1e3 * measured.compile_seconds;
  json["first_run_milliseconds"] = 1e3 * measured.first_seconds;
  if (options.profile)
    json["profile"] = profile_json(measured.profile);
  cli::print_json(json);
}

void print_times(const char* name, const Times& times) {
  print("{:<15}{:.2f} ms median; {:.2f} fastest, {:.2f} to {:.2f} the middle 80 %\n", name,
        1e3 * times.median(), 1e3 * times.quantile(0), 1e3 * times.quantile(0.1), 1e3 * times.quantile(0.9));
}

void print_text(const Measured& measured, const Options& options, const Program& program) {
  const ProgramReport& report = program.report();
  auto mib = [](std::size_t bytes) { return static_cast<double>(bytes) / 1048576.0; };
  print("model          {}, {}, {}, {} threads\n", options.model, to_string(program.inputs().front().shape),
        options.engine.precision, threads_of(options));
  print("start          {:.0f} ms to load, {:.0f} to compile, {:.0f} to the end of the first run\n",
        1e3 * measured.load_seconds, 1e3 * measured.compile_seconds, 1e3 * measured.first_seconds);
  print_times("forward", measured.forward);
  if (!options.forward_only) {
    print_times("backward", measured.backward);
    print_times("both", measured.both);
  }
  print("rate           {:.2f} images/s, {:.1f} GFLOP/s\n", images_per_second(measured, options),
        gflops_per_second(measured));
  print("of the time    {:.1f} % in steps, {:.1f} % in convolutions and matrix products\n",
        100 * step_share(measured), 100 * product_share(measured));
  print("memory         arena {:.1f} MiB ({:.1f} unshared), weights {:.1f} MiB, peak of the process "
        "{:.1f} MiB\n",
        mib(report.arena_bytes), mib(report.unplanned_bytes), mib(report.weight_bytes),
        mib(measured.peak_bytes));
  if (report.fallback_nodes > 0)
    print("fallback       {} nodes run their reference kernel\n", report.fallback_nodes);
  if (options.profile)
    print_lines(profile_text(measured.profile));
}

int bench(const Options& options) {
  std::shared_ptr<const Program> program;
  const Measured measured = measure(options, program);
  if (options.json)
    print_json(measured, options, *program);
  else
    print_text(measured, options, *program);
  return 0;
}

}  // namespace

void add_bench(Command app) {
  auto options = std::make_shared<Options>();
  Command verb = app.add_command(
      "bench", "Measure how fast a model runs forward and backward, and how much memory it takes");
  verb.add_option("model", options->model, "ONNX file, or a name that 'fovea models list' knows")
      .required()
      .check(file_or_folder());
  verb.add_option("--batch", options->batch, "number of pictures in one run")
      .check(whole_number(1, 65536))
      .shows_default();
  verb.add_option("--size", options->size, "size of the picture where the model leaves it open (default 224)")
      .check(picture_size_text());
  verb.add_option("--scores", options->scores,
                  "the output, or other value, that is differentiated (default: the first output)");
  verb.add_option("--rule", options->rule, "what a ReLU passes back in the backward pass")
      .check(one_of(kRuleNames))
      .shows_default();
  options->engine.add_to(verb);
  verb.add_option("--iterations", options->iterations, "number of runs that are measured")
      .check(whole_number(1, 1000000))
      .shows_default();
  verb.add_option("--warm-up", options->warm_up, "number of runs before the measured ones")
      .check(whole_number(1, 1000000))
      .shows_default();
  verb.add_flag("--forward", options->forward_only, "run the forward pass only");
  verb.add_flag("--profile", options->profile,
                "also print the time of every operator, and the ten slowest steps");
  verb.add_flag("--json", options->json, "print JSON");
  verb.runs([options] { return bench(*options); });
}

}  // namespace fovea::cli
