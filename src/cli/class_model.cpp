#include "fovea/class_model.hpp"

#include "cli/common.hpp"
#include "cli/verbs.hpp"
#include "fovea/display.hpp"
#include "fovea/error.hpp"
#include "fovea/npy.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>

namespace fovea::cli {
namespace {

namespace fs = std::filesystem;

struct Options {
  ModelOptions model;
  std::vector<std::string> classes;
  ClassModelOptions method;
  std::optional<double> step, l2;
  bool paper = false;
  std::string start = "zero";
  std::string display = "auto";
  int every = 0;
  bool sheet = false;
  bool json = false;
  std::string output;
};

volatile std::sig_atomic_t interrupted = 0;

/// While it lives, Ctrl-C asks the climb to end with what it has; a second one ends the program.
class InterruptScope {
public:
  InterruptScope() {
    interrupted = 0;
    previous_ = std::signal(SIGINT, [](int) {
      interrupted = 1;
      std::signal(SIGINT, SIG_DFL);
    });
  }
  ~InterruptScope() { std::signal(SIGINT, previous_); }
  InterruptScope(const InterruptScope&) = delete;
  InterruptScope& operator=(const InterruptScope&) = delete;

private:
  void (*previous_)(int);
};

std::string file_name(const Labels& labels, std::int64_t index) {
  std::string name = labels.name(index);
  for (char& c : name)
    if (std::isalnum(static_cast<unsigned char>(c)) == 0)
      c = '-';
  return fmt::format("{}-{}", index, name);
}

ClassModelDisplay display_of(const Options& options) {
  if (options.display == "auto")
    return options.paper ? ClassModelDisplay::Pixels : ClassModelDisplay::Fitted;
  return options.display == "pixels" ? ClassModelDisplay::Pixels : ClassModelDisplay::Fitted;
}

/// The report of one climb as it runs: a line that renews itself on a terminal, every 25th step otherwise.
class Reporter {
public:
  Reporter(std::string name, int steps)
      : name_(std::move(name)), steps_(steps), terminal_(::isatty(STDERR_FILENO) == 1) {}
  ~Reporter() {
    if (terminal_)
      fmt::print(stderr, "\n");
  }
  Reporter(const Reporter&) = delete;
  Reporter& operator=(const Reporter&) = delete;

  void show(const ClassModelProgress& p) const {
    constexpr int period = 25;
    if (!terminal_ && p.step % period != 0 && p.step != steps_)
      return;
    fmt::print(stderr,
               "{}{}: step {:>4}/{}  score {:9.3f}  norm {:9.2f}  objective {:9.3f}  probability {:.3f}{}",
               terminal_ ? "\r\033[K" : "", name_, p.step, steps_, p.score, p.norm, p.objective,
               p.probability, terminal_ ? "" : "\n");
  }

private:
  std::string name_;
  int steps_;
  bool terminal_;
};

struct Context {
  const Options& options;
  const LoadedModel& loaded;
  Session& session;
};

std::string frame_path(const Context& context, const std::string& base, int step) {
  const fs::path folder = ends_with_png(context.options.output)
                              ? fs::path(context.options.output).parent_path()
                              : fs::path(context.options.output);
  return (folder / fmt::format("{}-step{:04}.png", base, step)).string();
}

ClassModel climb(const Context& context, std::int64_t target) {
  const Options& options = context.options;
  ClassModelOptions method = options.method;
  method.target_class = target;
  const Reporter reporter(short_name(context.loaded.labels, target), method.steps);
  const ClassModel model =
      class_model(context.session, context.loaded.preprocessing, method, [&](const ClassModelProgress& p) {
        reporter.show(p);
        if (options.every > 0 && p.step % options.every == 0)
          write_png(frame_path(context, file_name(context.loaded.labels, target), p.step),
                    to_picture(*p.input, context.loaded.preprocessing, display_of(options)));
        return interrupted == 0;
      });
  return model;
}

void say(const ClassModel& model, const std::string& name, const Options& options) {
  if (model.start == ClassModel::Start::NoiseBecauseGradientWasZero)
    fmt::print(stderr,
               "fovea: note: {}: the gradient is zero at the start, so the climb starts from faint noise\n",
               name);
  if (model.steps < options.method.steps)
    fmt::print(stderr, "fovea: note: {}: stopped after {} of {} steps\n", name, model.steps,
               options.method.steps);
}

nlohmann::ordered_json describe_json(const ClassModel& model, const Labels& labels, std::int64_t target,
                                     const std::vector<std::string>& files) {
  return {{"class", to_json(labels, target)},
          {"steps", model.steps},
          {"score", model.score},
          {"norm", model.norm},
          {"objective", model.objective},
          {"probability", model.probability},
          {"files", files}};
}

std::string method_text(const Options& options) {
  const ClassModelOptions& m = options.method;
  return options.paper ? fmt::format("{} steps of {:g}, lambda {:g} (paper)", m.steps, m.step, m.l2)
                       : fmt::format("{} steps of {:g}, jitter {:g}, blur {:g}, coarse {:g}, seed {}",
                                     m.steps, m.step, m.jitter, m.blur, m.coarse, m.seed);
}

/// Fills in what depends on other options or on the model.
void complete(Options& options, const LoadedModel& loaded) {
  ClassModelOptions& method = options.method;
  if (options.paper) {
    method.method = ClassModelOptions::Method::Paper;
    method.l2 = 1.0;
    method.step = 0.1;
  }
  method.step = options.step.value_or(method.step);
  method.l2 = options.l2.value_or(method.l2);
  if (options.start == "noise") {
    method.start = ClassModelOptions::Start::Noise;
  } else if (options.start != "zero") {
    method.start = ClassModelOptions::Start::Picture;
    method.picture = Tensor(DType::F32, {loaded.size.channels, loaded.size.height, loaded.size.width});
    const Framing framing = frame(read_image(options.start), loaded.preprocessing, loaded.size, Crops::One);
    write_crop(framing, 0, loaded.preprocessing, method.picture.data<float>().data());
  }
}

std::vector<std::int64_t> find_classes(const Options& options, const Labels& labels, std::int64_t count) {
  std::vector<std::int64_t> targets;
  for (const std::string& text : options.classes) {
    if (text != "all") {
      targets.push_back(labels.find(text, count));
      continue;
    }
    for (std::int64_t index = 0; index < count; ++index)
      targets.push_back(index);
  }
  return targets;
}

int make_models(Options options) {
  const bool one_file = ends_with_png(options.output);
  const LoadedModel loaded = load_model(options.model);
  complete(options, loaded);
  ProgramOptions program_options = cli::program_options(loaded, options.model, Direction::ForwardAndBackward);
  program_options.final_relu = ProgramOptions::FinalRelu::Remove;
  const auto program = Program::compile(loaded.model, program_options);
  check_labels(loaded, options.model, *program);
  const std::vector<std::int64_t> targets = find_classes(options, loaded.labels, program->classes());
  if (one_file && targets.size() > 1 && !options.sheet)
    throw UsageError("-o names one picture, but several classes are given: name a folder, or add --sheet");
  print_notes(*program);
  if (!one_file)
    make_folder(options.output);
  Session session(program);
  const Context context{options, loaded, session};
  const InterruptScope scope;
  std::vector<Panel> panels;
  auto results = nlohmann::ordered_json::array();
  for (std::int64_t target : targets) {
    if (interrupted != 0)
      break;
    const ClassModel model = climb(context, target);
    const std::string name = loaded.labels.name(target);
    say(model, name, options);
    const Image picture = to_picture(model.input, loaded.preprocessing, display_of(options));
    std::vector<std::string> files;
    if (!one_file || !options.sheet) {
      const std::string base = (fs::path(options.output) / file_name(loaded.labels, target)).string();
      files = one_file ? std::vector{options.output} : std::vector{base + ".png", base + ".npy"};
      write_png(files.front(), picture);
      if (!one_file)
        write_npy(files.back(), model.input);
    }
    panels.push_back(
        {picture, name, fmt::format("score {:.1f}, probability {:.2f}", model.score, model.probability)});
    results.push_back(describe_json(model, loaded.labels, target, files));
    if (!options.json) {
      fmt::print(
          "{} (class {}): score {:.3f}, norm {:.2f}, objective {:.3f}, probability {:.3f} after {} steps\n",
          describe(loaded.labels, target), target, model.score, model.norm, model.objective,
          model.probability, model.steps);
      for (const std::string& file : files)
        fmt::print("  {}\n", file);
    }
  }
  if (options.sheet && !panels.empty()) {
    const std::string path = one_file ? options.output : (fs::path(options.output) / "sheet.png").string();
    const auto columns = static_cast<std::int64_t>(std::min<std::size_t>(panels.size(), 5));
    write_png(path, make_figure(panels, "Class models: " + method_text(options), columns, 224));
    if (!options.json)
      fmt::print("{}\n", path);
  }
  if (options.json)
    fmt::print("{}\n", results.dump(2));
  return 0;
}

}  // namespace

void add_class_model(CLI::App& app, Run& run) {
  auto options = std::make_shared<Options>();
  ClassModelOptions& method = options->method;
  CLI::App* verb = app.add_subcommand(
      "class-model", "The picture that excites a class most: what the network has learnt of it");
  verb->add_option("--class", options->classes,
                   "index, WordNet id or name; several, or 'all', for several pictures")
      ->required();
  verb->add_option("--steps", method.steps, "steps of the climb")
      ->check(CLI::Range(1, 1000000))
      ->capture_default_str();
  verb->add_flag("--paper", options->paper,
                 "plain gradient ascent on S - l2 * |I|^2 in the network's own units, from the zero picture");
  verb->add_option(
          "--step", options->step,
          fmt::format(
              "length (root mean square) of a step in deviations of natural pixels (default {}); with "
              "--paper the learning rate (default 0.1)",
              method.step))
      ->check(above_zero());
  verb->add_option("--l2", options->l2,
                   "share of the picture that fades each step (default 0); with --paper lambda (default 1)")
      ->check(not_negative());
  verb->add_option("--jitter", method.jitter, "largest random shift, as a share of the side")
      ->check(between(0.0, 0.5))
      ->capture_default_str();
  verb->add_option("--blur", method.blur,
                   "deviation of the blur at every fourth step, as a share of the side")
      ->check(between(0.0, 0.1))
      ->capture_default_str();
  verb->add_option("--seed", method.seed, "seed of the jitter and the noise")
      ->check(not_negative())
      ->capture_default_str();
  verb->add_option("--coarse", method.coarse,
                   "deviation of the gradient's blur at the first step, as a share of the side")
      ->check(between(0.0, 0.1))
      ->capture_default_str();
  verb->add_option("--start", options->start, "zero (the mean colour), noise, or a picture's file")
      ->capture_default_str();
  verb->add_option("--every", options->every, "also write a frame at every K-th step")
      ->check(CLI::Range(1, 1000000));
  verb->add_flag("--sheet", options->sheet, "also write all classes as one labelled picture");
  verb->add_option("--display", options->display,
                   "pixels: x * std + mean; fitted: 0.5 + x / (5 rms); auto: fitted, but pixels with --paper")
      ->check(CLI::IsMember({"auto", "pixels", "fitted"}))
      ->capture_default_str();
  verb->add_option("-o,--output", options->output,
                   "folder, or one .png (the picture, or with --sheet the sheet)")
      ->required()
      ->check(not_empty());
  verb->add_flag("--json", options->json, "print JSON");
  options->model.add_to(*verb);
  verb->callback([options, &run] { run = [options] { return make_models(*options); }; });
}

}  // namespace fovea::cli
