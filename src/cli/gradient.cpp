#include "cli/common.hpp"
#include "cli/engine_options.hpp"
#include "cli/find_model.hpp"
#include "cli/verbose.hpp"
#include "cli/verbs.hpp"
#include "fovea/error.hpp"
#include "fovea/npy.hpp"

#include <fmt/format.h>

namespace fovea::cli {
namespace {

struct Options {
  std::string model, input, output, scores, layer;
  std::int64_t target = 0;
  std::string rule = "gradient";
  EngineOptions engine;
};

int compute(const Options& options) {
  start_log(options.engine.verbose);
  if (options.scores == options.output)
    throw UsageError(fmt::format("-o and --scores name the same file '{}'", options.output));
  const Model model = Model::load(find_model(options.model).path, options.engine.memory.load_options());
  const ImageInput picture = model.image_input();
  const Tensor values = read_array(options.input);
  if (values.shape().rank() != 4)
    throw InputError(
        fmt::format("has shape {}, expected a batch of pictures of rank 4", to_string(values.shape())),
        options.input);
  ProgramOptions program_options = options.engine.program_options();
  program_options.batch = values.shape()[0];
  const std::int64_t height_axis = picture.layout == PictureLayout::ChannelsFirst ? 2 : 1;
  program_options.height = picture.height > 0 ? 0 : values.shape()[height_axis];
  program_options.width = picture.width > 0 ? 0 : values.shape()[height_axis + 1];
  program_options.input_layout = ProgramOptions::InputLayout::AsInFile;
  program_options.rule = parse_rule(options.rule);
  program_options.target = options.layer;
  const auto program = Program::compile(model, program_options);
  print_notes(*program);
  Session session(program);
  fill(session.input(), values, options.input);
  session.seed_classes(
      std::vector<std::int64_t>(static_cast<std::size_t>(program_options.batch), options.target));
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
  Command verb = app.add_command("gradient", "d(score)/d(input) of a model on an array: .npy in, .npy out");
  verb.add_option("model", options->model, "ONNX file, or a name that 'fovea models list' knows")
      .required()
      .check(file_or_folder());
  verb.add_option("--input", options->input,
                  "X.npy, [N,C,H,W] or as the model declares it, preprocessed as the network expects")
      .required()
      .check(file_or_folder());
  verb.add_option("--target", options->target, "class whose unnormalised score is differentiated").required();
  verb.add_option("--layer", options->layer,
                  "differentiate element --target of this value instead of the scores");
  verb.add_option("--rule", options->rule, "what a ReLU passes back")
      .check(one_of(kRuleNames))
      .shows_default();
  verb.add_option("--scores", options->scores, "also write the scores to this .npy").check(file_or_folder());
  verb.add_option("-o,--output", options->output, "G.npy, in the input's shape")
      .required()
      .check(file_or_folder());
  options->engine.add_to(verb);
  verb.runs([options] { return compute(*options); });
}

}  // namespace fovea::cli
