#include "base/wrapped_text.hpp"
#include "cli/kit/memory_option.hpp"
#include "cli/kit/model_options.hpp"
#include "cli/kit/networks.hpp"
#include "cli/kit/output.hpp"
#include "cli/kit/progress_bar.hpp"
#include "cli/kit/result_format.hpp"
#include "cli/kit/terminal.hpp"
#include "cli/kit/usage_error.hpp"
#include "cli/verbs/verbs.hpp"
#include "fovea/batch.hpp"
#include "fovea/error.hpp"
#include "networks/user_preset.hpp"
#include "report/model_info.hpp"
#include "report/preprocessing_advice.hpp"

#include <fmt/format.h>
#include <unistd.h>

namespace fovea::cli {
namespace {

struct Options {
  std::string model, scores;
  std::string size;
  std::vector<std::string> tried, more;  ///< photos to try preprocessing on
  MemoryOption memory;
  ResultFormat format;
  bool layers = false;
};

/// Tries the presets on the photos. Those that cannot be read are reported and left out; InputError if none
/// can.
PreprocessingAdvice try_presets(const ModelInfo& info, const std::vector<std::string>& paths, int& code) {
  std::vector<std::string> errors;
  const std::vector<Image> photos = read_trial_photos(paths, errors);
  for (const std::string& error : errors)
    say("fovea: error: {}\n", error);
  code = errors.empty() ? 0 : 1;
  ProgressDisplay display;
  PreprocessingTrialOptions options;
  options.progress = [progress = display.progress()](std::int64_t done, std::int64_t total) {
    progress(done, total, "trying preprocessing");
  };
  return try_preprocessing(info.program, photos, options);
}

/// Has the information show the user's preset, which is what pictures are prepared by.
void apply_user_preset(ModelInfo& info, const FoundNetwork& found, const UserSetting& preset) {
  PreprocessingSpec spec;
  spec.preset = preset.value;
  info.preprocessing = choose_preprocessing(info.model, found, spec);
  info.preprocessing.source += ", set by " + preset.origin;
  say_note(user_preset_note(info.model, found, preset.value, preset.origin));
}

int show(const Options& options) {
  if (options.tried.empty() && !options.more.empty())
    throw UsageError("pictures are given, but only --try looks at some: put it before them");
  std::vector<std::string> photos = options.tried;
  photos.insert(photos.end(), options.more.begin(), options.more.end());
  photos = expand_folders(photos);
  const std::optional<UserSetting> preset = user_preset({});
  const FoundNetwork found = find_network(options.model);
  ModelInfo info = inspect_model(
      found, {options.memory.load_options(), options.scores, options.layers,
              [&](const Model& model) { return choose_picture_size(model, options.size, 224); }});
  if (preset)
    apply_user_preset(info, found, *preset);
  for (const std::string& warning : info.labels.warnings())
    say("fovea: warning: {}\n", warning);
  int code = 0;
  std::optional<PreprocessingAdvice> advice;
  if (!photos.empty() && info.program)
    advice = heeding(info.preprocessing, try_presets(info, photos, code));
  if (!options.format.is_text()) {
    nlohmann::ordered_json json = model_info_json(info);
    if (advice)
      json["preprocessing_trial"] = advice_json(*advice);
    print_results(options.format, json,
                  json.contains("layers") ? json["layers"] : nlohmann::ordered_json::array({json}));
  } else {
    print_lines(model_info_text(info, line_width(STDOUT_FILENO)));
    if (advice)
      print_lines(hanging_lines(advice_text(*advice), line_width(STDOUT_FILENO)));
  }
  if (info.program)
    return code;
  std::fflush(stdout);
  say("fovea: error: {}\n", info.why_not);
  return 1;
}

}  // namespace

void add_info(Command app) {
  auto options = std::make_shared<Options>();
  Command verb =
      app.add_command("info", "Show what a model holds, and whether fovea can run and differentiate it");
  add_model_option(verb, options->model);
  add_model_argument(verb, options->model);
  verb.add_option("photos", options->more, "with --try: further pictures, or folders of pictures")
      .check(file_or_folder());
  verb.add_option(
          "--try", options->tried,
          "photos, or a folder of them, whose classes the network knows: compare the presets of --preprocess "
          "by what the network makes of them, and recommend one; of many photos, 8 are taken")
      .check(file_or_folder());
  verb.add_option("--size", options->size, "size of the picture where the model leaves it open (default 224)")
      .check(picture_size_text());
  options->memory.add_to(verb);
  verb.add_option("--scores", options->scores,
                  "the output, or other value, that holds the class scores (default: the first output)");
  verb.add_flag("--layers", options->layers,
                "also list every layer that depends on the picture: name, node, operator, shape, axes, "
                "receptive field, stride");
  options->format.add_to(verb);
  verb.add_example("fovea info net.onnx", "what a file holds, and whether fovea runs it");
  verb.add_example("fovea info net.onnx --layers", "its layers, for options such as --layer");
  verb.add_example("fovea info net.onnx --try photos/",
                   "which convention of preprocessing suits a network that does not say it");
  verb.runs([options] { return show(*options); });
}

}  // namespace fovea::cli
