#include "cli/kit/memory_option.hpp"
#include "cli/kit/networks.hpp"
#include "cli/kit/output.hpp"
#include "cli/verbs/verbs.hpp"
#include "report/model_info.hpp"

namespace fovea::cli {
namespace {

struct Options {
  std::string model, scores;
  std::string size;
  MemoryOption memory;
  bool json = false;
  bool layers = false;
};

int show(const Options& options) {
  const ModelInfo info =
      inspect_model(find_network(options.model),
                    {options.memory.load_options(), options.scores, options.layers,
                     [&](const Model& model) { return choose_picture_size(model, options.size, 224); }});
  for (const std::string& warning : info.labels.warnings())
    say("fovea: warning: {}\n", warning);
  if (options.json)
    print_json(model_info_json(info));
  else
    print_lines(model_info_text(info));
  if (info.program)
    return 0;
  std::fflush(stdout);
  say("fovea: error: {}\n", info.why_not);
  return 1;
}

}  // namespace

void add_info(Command app) {
  auto options = std::make_shared<Options>();
  Command verb =
      app.add_command("info", "Show what a model holds, and whether fovea can run and differentiate it");
  verb.add_option("model", options->model, "ONNX file, or a name that 'fovea models list' knows")
      .required()
      .check(file_or_folder());
  verb.add_option("--size", options->size, "size of the picture where the model leaves it open (default 224)")
      .check(picture_size_text());
  options->memory.add_to(verb);
  verb.add_option("--scores", options->scores,
                  "the output, or other value, that holds the class scores (default: the first output)");
  verb.add_flag("--layers", options->layers,
                "also list every layer that depends on the picture: name, node, operator, shape, axes, "
                "receptive field, stride");
  verb.add_flag("--json", options->json, "print JSON");
  verb.runs([options] { return show(*options); });
}

}  // namespace fovea::cli
