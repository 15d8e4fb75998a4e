#include "cli/verbs/class_model.hpp"

#include "base/display_width.hpp"
#include "base/utf8.hpp"
#include "cli/kit/display.hpp"
#include "cli/kit/figure_options.hpp"
#include "cli/kit/interrupts.hpp"
#include "cli/kit/model_options.hpp"
#include "cli/kit/output.hpp"
#include "cli/kit/terminal.hpp"
#include "cli/kit/usage_error.hpp"
#include "cli/verbs/verbs.hpp"
#include "fovea/error.hpp"
#include "fovea/model.hpp"
#include "fovea/networks.hpp"
#include "report/result_place.hpp"
#include "report/result_text.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

namespace fovea::cli {
namespace {

/// At most this many pictures of --diversity go through the network together.
constexpr int kLargestBatch = 8;

/// The report of one gradient ascent as it runs: a line that renews itself on a terminal, every 25th step
/// otherwise. The result has a line of its own: what progress shows of the last step is not the result, but
/// the picture in its random position.
class Reporter {
public:
  Reporter(const ClassModelTarget& target, int steps)
      : target_(target), steps_(steps), is_silent_(!display().shows_progress), renews_line_(has_progress()) {}
  ~Reporter() { clear_progress_line(); }
  Reporter(const Reporter&) = delete;
  Reporter& operator=(const Reporter&) = delete;

  /// Of several pictures the means.
  void show(std::span<const ClassModelProgress> all) {
    constexpr int period = 25;
    const int step = all.front().step;
    if (is_silent_ || step == steps_ || (!renews_line_ && step % period != 0))
      return;
    if (renews_line_)
      show_progress_line(fitted_text(shown(line_of(all)), terminal_width(STDERR_FILENO) - 1));
    else
      say("{}\n", line_of(all));
  }

private:
  std::string line_of(std::span<const ClassModelProgress> all) const {
    auto mean = [&](auto&& number) {
      double sum = 0;
      for (const ClassModelProgress& p : all)
        sum += number(p);
      return sum / static_cast<double>(all.size());
    };
    using P = ClassModelProgress;
    const auto probability = [](const P& p) { return *p.probability; };
    return fmt::format("{}: step {:>4}/{}  score {:9.3f}  norm {:9.2f}  objective {:9.3f}{}",
                       target_.short_name, all.front().step, steps_, mean([](const P& p) { return p.score; }),
                       mean([](const P& p) { return p.norm; }), mean([](const P& p) { return p.objective; }),
                       all.front().probability ? fmt::format("  probability {:.3f}", mean(probability)) : "");
  }

  const ClassModelTarget& target_;
  int steps_;
  bool is_silent_, renews_line_;
};

struct Context {
  const ClassModelArguments& arguments;
  const Network& loaded;
  Session& session;
  std::optional<Session>& other_layer;  ///< of --diversity-layer
  const InterruptScope& interrupts;
  const ClassModelGallery& gallery;
};

std::vector<ClassModel> ascend(const Context& context, const ClassModelTarget& target) {
  const ClassModelArguments& arguments = context.arguments;
  ClassModelOptions method = arguments.method;
  method.target_class = target.class_index.value_or(0);
  method.layer = target.layer;
  DiversityOptions diversity = arguments.diversity;
  if (context.other_layer)
    diversity.layer = &*context.other_layer;
  Reporter reporter(target, method.steps);
  return class_models(context.session, context.loaded.preprocessing, method, diversity,
                      [&](std::span<const ClassModelProgress> all) {
                        reporter.show(all);
                        if (arguments.every > 0 && all.front().step % arguments.every == 0)
                          context.gallery.write_frames(target, all);
                        return !context.interrupts.asked();
                      });
}

std::shared_ptr<const Program> compile(const Network& loaded, const ClassModelArguments& arguments,
                                       const std::string& layer) {
  const int pictures = arguments.diversity.pictures;
  ProgramOptions options = program_options(loaded, arguments.model, Direction::ForwardAndBackward,
                                           std::min(pictures, kLargestBatch));
  options.layer = layer;
  if (layer.empty())
    options.final_relu = ProgramOptions::FinalRelu::Remove;
  return pictures == 1 ? Program::compile(loaded.model, options) : compile_for_crops(loaded, options);
}

int make_models(ClassModelArguments arguments) {
  arguments.check();
  const Network loaded = load_network(arguments.model);
  arguments.complete(loaded);
  const auto program = compile(loaded, arguments, arguments.layer);
  if (arguments.layer.empty())
    check_labels(loaded, *program);
  const std::vector<ClassModelTarget> targets = arguments.targets(loaded.labels, *program);
  if (arguments.one_file() && targets.size() > 1 && !arguments.makes_sheet())
    throw UsageError(
        fmt::format("-o names one picture, but several {} are given: name a folder, or add --sheet",
                    arguments.layer.empty() ? "classes" : "targets"));
  say_notes(program->report().notes);
  Session session(program);
  std::optional<Session> other_layer;
  if (!arguments.diversity_layer.empty() && arguments.diversity.strength > 0)
    other_layer.emplace(compile(loaded, arguments, arguments.diversity_layer));
  if (const std::optional<Note> note = layer_name_note(loaded.model, arguments.diversity_layer);
      note && arguments.diversity_layer != arguments.layer)
    say_notes({&*note, 1});
  const InterruptScope interrupts;
  const std::string what = arguments.layer.empty() ? "Class models" : "Layer " + arguments.layer;
  ClassModelGallery gallery({.preprocessing = loaded.preprocessing,
                             .display = arguments.shown(),
                             .output = arguments.output,
                             .dpi = arguments.dpi,
                             .sheet = arguments.makes_sheet(),
                             .pictures_of_each = arguments.diversity.pictures,
                             .heading = what + " of " + display_name(arguments.model),
                             .details = settings_text(arguments.method, arguments.diversity)});
  prepare_results(arguments.output, gallery.planned_files(targets, arguments.method.steps, arguments.every));
  const Context context{arguments, loaded, session, other_layer, interrupts, gallery};
  for (const ClassModelTarget& target : targets) {
    if (interrupts.asked())
      break;
    const std::vector<ClassModel> models = ascend(context, target);
    for (std::size_t k = 0; k < models.size(); ++k) {
      for (const std::string& note : class_model_notes(models[k], target, arguments.method.steps))
        say("fovea: note: {}\n", note);
      const std::string text = gallery.add(target, k, models[k]);
      if (arguments.format.is_text())
        print_lines(text);
    }
  }
  const std::string sheet = gallery.finish();
  if (!arguments.format.is_text())
    print_results(arguments.format, gallery.json());
  else if (!sheet.empty())
    print("{}\n", sheet);
  return 0;
}

}  // namespace

void add_class_model(Command app) {
  auto arguments = std::make_shared<ClassModelArguments>();
  Command verb = app.add_command(
      "class-model",
      "Make the picture that excites a class or a layer most: what the network has learnt of it");
  arguments->add_to(verb);
  verb.add_example("fovea class-model --class \"golf ball\" -o models",
                   "what the bundled network has learnt of golf balls");
  verb.add_example("fovea class-model -m net.onnx --class flamingo --diversity 4 -o sheet.png",
                   "four different pictures of one class on a sheet");
  verb.add_example("fovea class-model -m net.onnx --layer relu5 --channel 12 -o models",
                   "what excites a channel of a layer");
  verb.runs([arguments] { return make_models(*arguments); });
}

}  // namespace fovea::cli
