#include "cli/kit/model_options.hpp"

#include "cli/kit/networks.hpp"
#include "cli/kit/output.hpp"
#include "cli/kit/usage_error.hpp"
#include "cli/kit/verbose.hpp"
#include "fovea/error.hpp"
#include "fovea/networks.hpp"
#include "networks/user_preset.hpp"

#include <fmt/format.h>

#include <atomic>

namespace fovea::cli {

namespace {

/// The precisions whose programs take pictures in float32.
std::vector<std::string> picture_precision_names() {
  std::vector<std::string> names = precision_names();
  std::erase(names, name_of(Precision::F64));
  return names;
}

}  // namespace

Option add_model_option(Command verb, std::string& model) {
  return verb.in_group("Network")
      .add_option("-m,--model", model,
                  "ONNX file, or a name that 'fovea models list' knows (default: the bundled network)")
      .check(file_or_folder())
      .completed_as(kNetworkNames);
}

void add_model_argument(Command verb, std::string& model) {
  verb.add_option("model", model, "the network, as -m names it; '-': standard input")
      .check(file_or_folder())
      .completed_as(kNetworkNames)
      .excludes(verb.option("--model"));
}

namespace {

void add_score_options(Command network, ModelOptions& options) {
  network.add_option("--scores", options.scores,
                     "the output, or other value, that holds the class scores (default: the first output)");
  network
      .add_option(
          "--activation", options.activation,
          "what turns scores into probabilities: softmax, sigmoid (independent classes), or none for scores "
          "alone (default: what the network ends in; otherwise softmax, or sigmoid for a single score)")
      .check(one_of({"softmax", "sigmoid", "none"}));
}

}  // namespace

void ModelOptions::add_to(Command verb, Scores taken) {
  add_model_option(verb, model);
  add_without_model_to(verb, taken);
}

void ModelOptions::add_without_model_to(Command verb, Scores taken) {
  Command network = verb.in_group("Network");
  network
      .add_option("--labels", labels,
                  "class names: a text file with one name a line ('name' or 'n01234567 name'), or a CSV with "
                  "the columns index, name and, optionally, wnid (default: the model file's own; ImageNet's "
                  "for 1000 classes)")
      .check(file_or_folder());
  add_preprocessing_options(verb, preprocessing);
  network
      .add_option("--size", size,
                  "side, or HEIGHTxWIDTH, of the network's input where the model leaves it open")
      .check(picture_size_text());
  if (taken == Scores::Taken)
    add_score_options(network, *this);
  add_precision_to(verb, picture_precision_names());
  add_resources_to(verb);
}

Option add_target_option(Command verb, std::string& number) {
  return verb
      .add_option(
          "--target", number,
          "a number to explain in place of a class score: elements of any output or other value, in NumPy's "
          "indices, which are summed: 'output[0, 4:84, 1234]'; or sum(...), mean(...) or max(...) of them, "
          "joined by +, - and *: see 'What a score is' in the documentation")
      .check(not_empty());
}

void ModelOptions::add_target_to(Command verb, const std::vector<std::string>& others) {
  Option target = add_target_option(verb, number);
  for (const char* other : {"--scores", "--labels"})
    target.excludes(verb.option(other));
  for (const std::string& other : others)
    target.excludes(verb.option(other));
}

void ModelOptions::add_region_to(Command verb) {
  verb.in_group("Network")
      .add_option("--region", region,
                  "of a network that segments pictures, where the scores of a class are summed: own, its own "
                  "mask; X0,Y0,X1,Y1, a rectangle in the photo's pixels; or a picture of the photo's size "
                  "whose bright pixels are the region")
      .check(not_empty())
      .excludes(verb.option("--target"));
}

std::vector<Target> parse_targets(const std::string& number) {
  if (number.empty())
    return {};
  try {
    return {Target::parse(number)};
  } catch (const InputError& error) {
    throw UsageError(fmt::format("--target: {}", error.what()));
  }
}

void ModelOptions::add_workers_to(Command verb) {
  verb.in_group("Running")
      .add_option("--workers", workers,
                  "number of pictures processed at the same time, which share the threads (default: as many "
                  "as there are threads, at most 16)")
      .check(whole_number(1, 1024));
}

Network load_network(const ModelOptions& options) {
  Network network = load_network_silently(options);
  say_notes(network.notes);
  return network;
}

Network load_network_silently(const ModelOptions& options) {
  start_log(options.verbose);
  NetworkRequest request;
  request.found = find_network(options.model);
  request.load = options.memory.load_options();
  request.labels = options.labels;
  request.preprocessing = options.preprocessing;
  const std::optional<UserSetting> preset = user_preset(options.preprocessing);
  if (preset)
    request.preprocessing.preset = preset->value;
  check_preprocessing_options(options.preprocessing);
  request.size = options.size;
  request.scores = options.scores;
  request.activation = options.chosen_activation();
  request.targets = parse_targets(options.number);
  Network network = Network::load(request);
  for (const std::string& warning : network.warnings)
    say("fovea: warning: {}\n", warning);
  if (preset) {
    network.preprocessing_source += ", set by " + preset->origin;
    say_note(user_preset_note(network.model, request.found, preset->value, preset->origin));
  }
  return network;
}

std::optional<Activation> ModelOptions::chosen_activation() const {
  return activation.empty() ? std::nullopt : std::optional(parse_activation(activation));
}

ProgramOptions program_options(const Network& loaded, const ModelOptions& options, Direction direction,
                               std::int64_t batch) {
  ProgramOptions program = options.compute_options();
  program.direction = direction;
  program.batch = batch;
  program.height = loaded.size.height;
  program.width = loaded.size.width;
  program.head = ProgramOptions::Head::Classes;
  if (!options.scores.empty())
    program.outputs = {options.scores};
  program.targets = parse_targets(options.number);
  program.activation = options.chosen_activation();
  program.label_count = loaded.labels.size();
  return program;
}

std::shared_ptr<const Program> compile_for_crops(const Network& loaded, ProgramOptions options) {
  return compile_for_pictures(loaded.model, std::move(options));
}

std::vector<std::string> relu_rule_names() {
  std::vector<std::string> names = rule_names();
  names.resize(3);
  return names;
}

void check_labels(const Network& loaded, const Program& program) {
  if (const std::string warning = loaded.label_warning(program.classes()); !warning.empty())
    say("fovea: warning: {}\n", warning);
}

void warn_of_probabilities(const Program& program, const std::vector<double>& scores) {
  static std::atomic_flag is_told;
  const std::string warning = score_warning(program.head(), scores);
  if (!warning.empty() && !is_told.test_and_set())
    say("fovea: warning: {}\n", warning);
}

}  // namespace fovea::cli
