#include "cli/kit/engine_options.hpp"
#include "cli/kit/model_options.hpp"
#include "cli/kit/networks.hpp"
#include "cli/kit/output.hpp"
#include "cli/kit/result_format.hpp"
#include "cli/kit/verbose.hpp"
#include "cli/verbs/verbs.hpp"
#include "report/benchmark.hpp"

#include <filesystem>

namespace fovea::cli {
namespace {

struct Options {
  std::string model;
  std::int64_t batch = 1;
  std::string size;
  std::string rule = "gradient", scores;
  EngineOptions engine;
  BenchmarkRuns runs;
  bool forward_only = false;
  bool profile = false;
  ResultFormat format;
};

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

int bench(const Options& options) {
  start_log(options.engine.verbose);
  const FoundNetwork network = find_network(options.model);
  const std::string name = options.model.empty()
                               ? std::filesystem::path(network.path).filename().string() + " (bundled)"
                               : options.model;
  const Benchmark benchmark = run_benchmark(
      network.path, options.engine.memory.load_options(),
      [&](const Model& model) { return program_options(model, options); }, options.runs);
  const nlohmann::ordered_json json = benchmark_json(benchmark, name, options.profile);
  if (!options.format.is_text())
    print_results(options.format, json,
                  options.profile ? json["profile"]["operators"] : nlohmann::ordered_json::array({json}));
  else
    print_lines(benchmark_text(benchmark, name, options.profile));
  return 0;
}

}  // namespace

void add_bench(Command app) {
  auto options = std::make_shared<Options>();
  Command verb = app.add_command(
      "bench", "Measure how fast a model runs forward and backward, and how much memory it takes");
  add_model_option(verb, options->model);
  add_model_argument(verb, options->model);
  verb.add_option("--batch", options->batch, "number of pictures in one run")
      .check(whole_number(1, 65536))
      .shows_default();
  verb.add_option("--size", options->size, "size of the picture where the model leaves it open (default 224)")
      .check(picture_size_text());
  verb.add_option("--scores", options->scores,
                  "the output, or other value, that is differentiated (default: the first output)");
  verb.add_option("--rule", options->rule, "what a ReLU passes back in the backward pass")
      .check(one_of(relu_rule_names()))
      .shows_default();
  options->engine.add_to(verb);
  verb.add_option("--iterations", options->runs.iterations, "number of runs that are measured")
      .check(whole_number(1, 1000000))
      .shows_default();
  verb.add_option("--warm-up", options->runs.warm_up, "number of runs before the measured ones")
      .check(whole_number(1, 1000000))
      .shows_default();
  verb.add_flag("--forward", options->forward_only, "run the forward pass only");
  verb.add_flag("--profile", options->profile,
                "also print the time of every operator, and the ten slowest steps");
  options->format.add_to(verb);
  verb.add_example("fovea bench net.onnx", "time of a forward and a backward pass, and the memory they take");
  verb.add_example("fovea bench net.onnx --batch 8 --profile",
                   "the same for eight pictures at once, with the time of every operator");
  verb.runs([options] { return bench(*options); });
}

}  // namespace fovea::cli
