#include "cli/verbs/class_model.hpp"

#include "base/make_folder.hpp"
#include "cli/kit/interrupts.hpp"
#include "cli/kit/model_options.hpp"
#include "cli/kit/output.hpp"
#include "cli/kit/result_text.hpp"
#include "cli/kit/usage_error.hpp"
#include "cli/verbs/verbs.hpp"
#include "fovea/display.hpp"
#include "fovea/error.hpp"
#include "fovea/model.hpp"
#include "fovea/networks.hpp"
#include "fovea/tensor.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>

namespace fovea::cli {
namespace {

namespace fs = std::filesystem;

/// At most this many pictures of --diversity go through the network together.
constexpr int kLargestBatch = 8;

/// The report of one gradient ascent as it runs: a line that renews itself on a terminal, every 25th step
/// otherwise.
class Reporter {
public:
  Reporter(const ClassModelTarget& target, int steps)
      : target_(target), steps_(steps), terminal_(::isatty(STDERR_FILENO) == 1) {}
  ~Reporter() {
    if (terminal_)
      say("\n");
  }
  Reporter(const Reporter&) = delete;
  Reporter& operator=(const Reporter&) = delete;

  /// Of several pictures the means.
  void show(std::span<const ClassModelProgress> all) const {
    constexpr int period = 25;
    const int step = all.front().step;
    if (!terminal_ && step % period != 0 && step != steps_)
      return;
    auto mean = [&](auto&& number) {
      double sum = 0;
      for (const ClassModelProgress& p : all)
        sum += number(p);
      return sum / static_cast<double>(all.size());
    };
    using P = ClassModelProgress;
    const auto probability = [](const P& p) { return *p.probability; };
    const std::string line =
        fmt::format("{}: step {:>4}/{}  score {:9.3f}  norm {:9.2f}  objective {:9.3f}{}", target_.short_name,
                    step, steps_, mean([](const P& p) { return p.score; }),
                    mean([](const P& p) { return p.norm; }), mean([](const P& p) { return p.objective; }),
                    all.front().probability ? fmt::format("  probability {:.3f}", mean(probability)) : "");
    if (terminal_)
      say("\r\033[K{}", line);
    else
      say("{}\n", line);
  }

private:
  const ClassModelTarget& target_;
  int steps_;
  bool terminal_;
};

struct Context {
  const ClassModelArguments& arguments;
  const Network& loaded;
  Session& session;
  std::optional<Session>& other_layer;  ///< of --diversity-layer
  const InterruptScope& interrupts;

  Image picture_of(const Tensor& input) const {
    return to_picture(input, loaded.preprocessing, arguments.shown());
  }
};

/// "130-flamingo", or of several pictures "130-flamingo-2".
std::string base_of(const ClassModelArguments& arguments, const ClassModelTarget& target, std::size_t k) {
  return arguments.diversity.pictures == 1 ? target.file : fmt::format("{}-{}", target.file, k + 1);
}

void write_frames(const Context& context, const ClassModelTarget& target,
                  std::span<const ClassModelProgress> all) {
  const ClassModelArguments& arguments = context.arguments;
  if (arguments.every == 0 || all.front().step % arguments.every != 0)
    return;
  const fs::path folder =
      arguments.one_file() ? fs::path(arguments.output).parent_path() : fs::path(arguments.output);
  for (std::size_t k = 0; k < all.size(); ++k)
    write_png((folder / fmt::format("{}-step{:04}.png", base_of(arguments, target, k), all[k].step)).string(),
              context.picture_of(*all[k].input));
}

std::vector<ClassModel> ascend(const Context& context, const ClassModelTarget& target) {
  const ClassModelArguments& arguments = context.arguments;
  ClassModelOptions method = arguments.method;
  method.target_class = target.class_index.value_or(0);
  method.layer = target.layer;
  DiversityOptions diversity = arguments.diversity;
  if (context.other_layer)
    diversity.layer = &*context.other_layer;
  const Reporter reporter(target, method.steps);
  return class_models(context.session, context.loaded.preprocessing, method, diversity,
                      [&](std::span<const ClassModelProgress> all) {
                        reporter.show(all);
                        write_frames(context, target, all);
                        return !context.interrupts.asked();
                      });
}

void say_how_it_went(const ClassModel& model, const std::string& name, int steps) {
  if (model.start == ClassModel::Start::NoiseBecauseGradientWasZero)
    say("fovea: note: {}: the gradient is zero at the start, so gradient ascent starts from noise\n", name);
  if (model.start == ClassModel::Start::GradientStayedZero)
    say("fovea: note: {}: the gradient is zero, on noise as well, so gradient ascent has nothing to follow: "
        "try "
        "another seed, or a layer before the ReLU\n",
        name);
  if (model.steps < steps)
    say("fovea: note: {}: stopped after {} of {} steps\n", name, model.steps, steps);
}

nlohmann::ordered_json describe_json(const ClassModel& model, const ClassModelTarget& target,
                                     const std::vector<std::string>& files) {
  nlohmann::ordered_json json = target.json;
  json["steps"] = model.steps;
  json["score"] = model.score;
  json["norm"] = model.norm;
  json["objective"] = model.objective;
  if (!target.layer)
    json["probability"] = to_json(model.probability);
  json["files"] = files;
  return json;
}

void print_line(const ClassModel& model, const ClassModelTarget& target,
                const std::vector<std::string>& files) {
  print("{}: score {:.3f}, norm {:.2f}, objective {:.3f}{} after {} steps\n", target.long_name, model.score,
        model.norm, model.objective, probability_text(model.probability), model.steps);
  for (const std::string& file : files)
    print("  {}\n", file);
}

/// The picture and, in a folder, the network's input; nothing where the sheet is the only file.
std::vector<std::string> write_files(const Context& context, const ClassModelTarget& target, std::size_t k,
                                     const ClassModel& model, const Image& picture) {
  const ClassModelArguments& arguments = context.arguments;
  if (arguments.one_file() && arguments.makes_sheet())
    return {};
  const std::string base = (fs::path(arguments.output) / base_of(arguments, target, k)).string();
  const std::vector<std::string> files =
      arguments.one_file() ? std::vector{arguments.output} : std::vector{base + ".png", base + ".npy"};
  write_png(files.front(), picture);
  if (!arguments.one_file())
    write_npy(files.back(), model.input);
  return files;
}

/// What was made, for the sheet and as JSON.
struct Gallery {
  std::vector<Panel> panels;
  nlohmann::ordered_json results = nlohmann::ordered_json::array();

  void add(const Context& context, const ClassModelTarget& target, std::size_t k, const ClassModel& model) {
    const Image picture = context.picture_of(model.input);
    const std::vector<std::string> files = write_files(context, target, k, model, picture);
    panels.push_back(
        {picture, target.short_name,
         target.layer ? fmt::format("score {:.4g}", model.score)
                      : fmt::format("score {:.1f}{}", model.score, probability_text(model.probability, 2))});
    results.push_back(describe_json(model, target, files));
    if (!context.arguments.json)
      print_line(model, target, files);
  }

  void write_sheet(const ClassModelArguments& arguments) const {
    const std::string path =
        arguments.one_file() ? arguments.output : (fs::path(arguments.output) / "sheet.png").string();
    const auto all = static_cast<std::int64_t>(panels.size());
    const std::int64_t columns = arguments.diversity.pictures > 1 && all > arguments.diversity.pictures
                                     ? std::min(arguments.diversity.pictures, 8)
                                     : std::min<std::int64_t>(all, 5);
    const std::string what = arguments.layer.empty() ? "Class models" : "Layer " + arguments.layer;
    write_png(path, make_figure(panels, what + ": " + arguments.method_text(), columns, 224));
    if (!arguments.json)
      print("{}\n", path);
  }
};

std::shared_ptr<const Program> compile(const Network& loaded, const ClassModelArguments& arguments,
                                       const std::string& layer) {
  const int pictures = arguments.diversity.pictures;
  ProgramOptions options = program_options(loaded, arguments.model, Direction::ForwardAndBackward,
                                           std::min(pictures, kLargestBatch));
  options.target = layer;
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
  print_notes(*program);
  if (!arguments.one_file())
    make_folder(arguments.output);
  Session session(program);
  std::optional<Session> other_layer;
  if (!arguments.diversity_layer.empty() && arguments.diversity.strength > 0)
    other_layer.emplace(compile(loaded, arguments, arguments.diversity_layer));
  if (const std::string note = layer_name_note(loaded.model, arguments.diversity_layer);
      !note.empty() && arguments.diversity_layer != arguments.layer)
    say("fovea: note: {}\n", note);
  const InterruptScope interrupts;
  const Context context{arguments, loaded, session, other_layer, interrupts};
  Gallery gallery;
  for (const ClassModelTarget& target : targets) {
    if (interrupts.asked())
      break;
    const std::vector<ClassModel> models = ascend(context, target);
    for (std::size_t k = 0; k < models.size(); ++k) {
      say_how_it_went(models[k], target.short_name, arguments.method.steps);
      gallery.add(context, target, k, models[k]);
    }
  }
  if (arguments.makes_sheet() && !gallery.panels.empty())
    gallery.write_sheet(arguments);
  if (arguments.json)
    print_json(gallery.results);
  return 0;
}

}  // namespace

void add_class_model(Command app) {
  auto arguments = std::make_shared<ClassModelArguments>();
  Command verb = app.add_command(
      "class-model",
      "Make the picture that excites a class or a layer most: what the network has learnt of it");
  arguments->add_to(verb);
  verb.runs([arguments] { return make_models(*arguments); });
}

}  // namespace fovea::cli
