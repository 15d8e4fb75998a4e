#include "cli/common.hpp"

#include "base/lower_case.hpp"
#include "cli/engine_options.hpp"
#include "cli/networks.hpp"
#include "cli/output.hpp"
#include "cli/verbose.hpp"
#include "fovea/error.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>

namespace fovea::cli {

namespace fs = std::filesystem;

void ModelOptions::add_to(Command verb) {
  verb.add_option(
          "-m,--model", model,
          "ONNX classifier: a file, or a name that 'fovea models list' knows (default: the bundled network)")
      .check(file_or_folder());
  verb.add_option("--labels", labels,
                  "class names: a text file with one name a line ('name' or 'n01234567 name'), or a CSV with "
                  "the columns index, name and, optionally, wnid (default: the model file's own; ImageNet's "
                  "for 1000 classes)")
      .check(file_or_folder());
  add_preprocessing_options(verb, preprocessing);
  verb.add_option("--size", size,
                  "side, or HEIGHTxWIDTH, of the network's input where the model leaves it open")
      .check(picture_size_text());
  verb.add_option("--scores", scores,
                  "the output, or other value, that holds the class scores (default: the first output)");
  verb.add_option(
          "--activation", activation,
          "what turns scores into probabilities: softmax, sigmoid (independent classes), or none for scores "
          "alone (default: what the network ends in; otherwise softmax, or sigmoid for a single score)")
      .check(one_of({"softmax", "sigmoid", "none"}));
  verb.add_option("--precision", precision,
                  "how the network computes. f32: float32; bf16: products of bfloat16, which needs AVX-512 "
                  "BF16 or AMX; mixed: the forward pass in float32, the backward pass in bfloat16")
      .check(one_of(picture_precision_names()))
      .shows_default();
  verb.add_option("--threads", threads, "total number of threads (default: one for each processor)")
      .check(whole_number(1, 1024));
  memory.add_to(verb);
  add_verbose(verb, verbose);
}

void ModelOptions::add_workers_to(Command verb) {
  verb.add_option("--workers", workers,
                  "number of pictures processed at the same time, which share the threads (default: as many "
                  "as there are threads, at most 16)")
      .check(whole_number(1, 1024));
}

Network load_network(const ModelOptions& options) {
  start_log(options.verbose);
  NetworkRequest request;
  request.found = find_network(options.model);
  request.load = options.memory.load_options();
  request.labels = options.labels;
  request.preprocessing = options.preprocessing;
  check_preprocessing_options(options.preprocessing);
  request.size = options.size;
  request.scores = options.scores;
  request.activation = options.chosen_activation();
  Network network = Network::load(request);
  for (const std::string& warning : network.warnings)
    say("fovea: warning: {}\n", warning);
  for (const std::string& note : network.notes)
    say("fovea: note: {}\n", note);
  return network;
}

std::optional<Activation> ModelOptions::chosen_activation() const {
  for (const Activation known : {Activation::Softmax, Activation::Sigmoid, Activation::None})
    if (activation == name_of(known))
      return known;
  return {};
}

ProgramOptions program_options(const Network& loaded, const ModelOptions& options, Direction direction,
                               std::int64_t batch) {
  ProgramOptions program;
  program.direction = direction;
  program.batch = batch;
  program.height = loaded.size.height;
  program.width = loaded.size.width;
  program.threads = options.threads;
  program.precision = parse_precision(options.precision);
  program.head = ProgramOptions::Head::Classes;
  if (!options.scores.empty())
    program.outputs = {options.scores};
  program.activation = options.chosen_activation();
  program.label_count = loaded.labels.size();
  return program;
}

std::shared_ptr<const Program> compile_for_crops(const Network& loaded, ProgramOptions options) {
  return compile_for_pictures(loaded.model, std::move(options));
}

void check_labels(const Network& loaded, const Program& program) {
  const std::int64_t names = loaded.labels.size(), classes = program.classes();
  if (names == classes || loaded.labels.empty())
    return;
  const std::string message = fmt::format("{} labels for {} classes", names, classes);
  if (!loaded.labels_path.empty())
    throw InputError(message, loaded.labels_path);
  say("fovea: warning: {}: {}\n", loaded.model.path(), message);
}

void print_notes(const Program& program) {
  for (const std::string& note : program.report().notes)
    say("fovea: note: {}\n", note);
}

std::string probability_text(const std::optional<double>& probability, int digits) {
  return probability ? fmt::format(", probability {:.{}f}", *probability, digits) : "";
}

nlohmann::ordered_json to_json(const std::optional<double>& number) {
  return number ? nlohmann::ordered_json(*number) : nlohmann::ordered_json();
}

void warn_of_probabilities(const Program& program, const std::vector<double>& scores) {
  static std::atomic_flag is_told;
  if (!program.head().is_assumed || !look_like_probabilities(scores) || is_told.test_and_set())
    return;
  say("fovea: warning: the scores are all within 0..1 and sum to 1, so they look like probabilities, and "
      "a softmax was made of them again: --activation none shows them as they are, and --scores names "
      "the value before the network's own activation\n");
}

Rule parse_rule(const std::string& name) {
  if (name == "deconvnet")
    return Rule::Deconvnet;
  return name == "guided" ? Rule::Guided : Rule::Gradient;
}

std::string describe(const Preprocessing& preprocessing) {
  const Preprocessing& p = preprocessing;
  const std::string resize = p.resize_short_side > 0 ? std::to_string(p.resize_short_side) : "size * 256/224";
  return fmt::format("short side {}, scale {:.6g}, mean {:.4g}, std {:.4g}, {}", resize, p.scale,
                     fmt::join(p.mean.begin(), p.mean.begin() + 3, ","),
                     fmt::join(p.std.begin(), p.std.begin() + 3, ","),
                     p.channel_order == ChannelOrder::RGB ? "RGB" : "BGR");
}

std::string describe(const Labels& labels, std::int64_t index) {
  const bool has_id = index < labels.size() && !labels[index].wordnet_id.empty();
  return has_id ? labels[index].wordnet_id + " " + labels.name(index) : labels.name(index);
}

std::string short_name(const Labels& labels, std::int64_t index) {
  const std::string name = labels.name(index);
  return name.substr(0, name.find(','));
}

nlohmann::ordered_json to_json(const Labels& labels, std::int64_t index) {
  nlohmann::ordered_json json = {{"index", index}};
  if (index < labels.size() && !labels[index].wordnet_id.empty())
    json["wordnet_id"] = labels[index].wordnet_id;
  json["name"] = labels.name(index);
  return json;
}

std::string shape_text(const ModelPort& port) {
  std::vector<std::string> dims;
  for (std::size_t i = 0; i < port.dims.size(); ++i)
    dims.push_back(port.dims[i] >= 0         ? std::to_string(port.dims[i])
                   : port.symbols[i].empty() ? "?"
                                             : port.symbols[i]);
  return fmt::format("{}[{}]", port.element_type, fmt::join(dims, ","));
}

bool ends_with_png(const std::string& path) {
  return lower_case(fs::path(path).extension().string()) == ".png";
}

int run_files(const std::vector<std::string>& paths, std::size_t workers,
              const std::function<FileWorker()>& make_worker) {
  ProgressBar bar(static_cast<std::int64_t>(paths.size()));
  FileBatchOptions options;
  options.workers = workers;
  options.before = [&](std::size_t i) { bar.update(static_cast<std::int64_t>(i), paths[i]); };
  options.failed = [&](std::size_t, const std::string& message) {
    bar.clear();
    say("fovea: error: {}\n", message);
  };
  return for_each_file(paths, make_worker, options) == 0 ? 0 : 1;
}

ProgressBar::ProgressBar(std::int64_t total)
    : total_(total), terminal_(::isatty(STDERR_FILENO) == 1), begin_(std::chrono::steady_clock::now()),
      last_(begin_) {}

ProgressBar::~ProgressBar() {
  clear();
}

void ProgressBar::update(std::int64_t done, const std::string& text) {
  using namespace std::chrono_literals;
  const auto now = std::chrono::steady_clock::now();
  if (!terminal_ || total_ < 2 || now - begin_ < 1s || now - last_ < 100ms)
    return;
  last_ = now;
  constexpr std::int64_t width = 24;
  const std::int64_t filled = width * done / total_;
  say("\r\033[K[{}{}] {}/{} {:.60}", std::string(static_cast<std::size_t>(filled), '#'),
      std::string(static_cast<std::size_t>(width - filled), '.'), done, total_, text);
  drawn_ = true;
}

void ProgressBar::clear() {
  if (drawn_)
    say("\r\033[K");
  drawn_ = false;
}

}  // namespace fovea::cli
