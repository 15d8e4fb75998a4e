#include "base/make_folder.hpp"
#include "cli/kit/engine_options.hpp"
#include "cli/kit/model_options.hpp"
#include "cli/kit/networks.hpp"
#include "cli/kit/output.hpp"
#include "cli/kit/usage_error.hpp"
#include "cli/kit/verbose.hpp"
#include "cli/verbs/verbs.hpp"
#include "fovea/error.hpp"
#include "fovea/tensor.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace fovea::cli {
namespace {

struct Options {
  std::string model, input, output, scores, layer, number;
  std::optional<std::int64_t> target;
  std::string rule = "gradient";
  EngineOptions engine;
};

/// The one input that what is differentiated depends on.
std::string input_of(const Model& model, const ProgramOptions& options) {
  const std::vector<std::string> inputs =
      model.inputs_of(!options.targets.empty() ? values_of(options.targets)
                      : options.layer.empty()  ? std::vector{model.outputs().front().name}
                                               : std::vector{options.layer});
  if (inputs.size() != 1)
    throw InputError(fmt::format("expected one input, found {}: {}", inputs.size(), fmt::join(inputs, ", ")),
                     model.path());
  return inputs.front();
}

int compute(const Options& options) {
  start_log(options.engine.verbose);
  if (options.scores == options.output)
    throw UsageError(fmt::format("-o and --write-scores name the same file '{}'", options.output));
  if (!options.target && options.number.empty())
    throw UsageError("the option --class is missing, or --target: which number is differentiated");
  const Model model = Model::load(find_network(options.model).path, options.engine.memory.load_options());
  const Tensor values = read_array(options.input);
  ProgramOptions program_options = options.engine.program_options();
  program_options.layer = options.layer;
  program_options.targets = parse_targets(options.number);
  const std::string input = input_of(model, program_options);
  for (const ModelPort& port : model.inputs())
    if (port.name == input)
      check_shape(values.shape(), port, options.input);
  program_options.batch = values.shape().rank() > 0 ? values.shape()[0] : 1;
  program_options.input_shapes = {{input, values.shape()}};
  program_options.input_layout = ProgramOptions::InputLayout::AsInFile;
  program_options.rule = parse_rule(options.rule);
  const auto program = Program::compile(model, program_options);
  say_notes(program->report().notes);
  Session session(program);
  fill(session.input(), values, options.input);
  session.seed_classes(
      std::vector<std::int64_t>(static_cast<std::size_t>(program_options.batch), options.target.value_or(0)));
  make_folder_of(options.output);
  make_folder_of(options.scores);
  session.forward();
  session.backward();
  if (!options.scores.empty())
    write_npy(options.scores, session.output());
  write_npy(options.output, session.gradient());
  return 0;
}

}  // namespace

void add_gradient(Command app) {
  auto options = std::make_shared<Options>();
  Command verb =
      app.add_command("gradient", "Compute d(score)/d(input) of a model on an array: .npy in, .npy out");
  add_model_option(verb, options->model);
  add_model_argument(verb, options->model);
  verb.add_option("--input", options->input,
                  "X.npy as the model declares its input ([N,C,H,W] or [N,H,W,C]), preprocessed as the "
                  "network expects")
      .required()
      .check(file_or_folder());
  verb.add_option("--class", options->target,
                  "index of the class whose score before the final activation is differentiated, for every "
                  "picture of the batch");
  Option layer =
      verb.add_option("--layer", options->layer,
                      "differentiate element --class of this ONNX value, or of this node's first output, "
                      "instead of the scores");
  layer.completed_as(kLayerNames);
  add_target_option(verb, options->number).excludes(layer).excludes(verb.option("--class"));
  verb.add_option("--rule", options->rule, "what a ReLU passes back in the backward pass")
      .check(one_of(relu_rule_names()))
      .shows_default();
  verb.add_option("--write-scores", options->scores, "also write the scores to this .npy file")
      .check(output_in(kArrayFile));
  verb.add_option("-o,--output", options->output, "G.npy, in the input's shape")
      .required()
      .check(output_in(kArrayFile));
  options->engine.add_to(verb);
  verb.refuse_option("--scores", "--write-scores has the file that the scores are written to");
  verb.add_example("fovea gradient net.onnx --input x.npy --class 130 -o g.npy",
                   "the gradient of the score of class 130");
  verb.runs([options] { return compute(*options); });
}

}  // namespace fovea::cli
