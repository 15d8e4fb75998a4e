#include "fovea/export.hpp"
#include "base/atomic_file.hpp"
#include "base/make_folder.hpp"
#include "cli/kit/memory_option.hpp"
#include "cli/kit/model_options.hpp"
#include "cli/kit/networks.hpp"
#include "cli/kit/output.hpp"
#include "cli/kit/result_format.hpp"
#include "cli/kit/terminal.hpp"
#include "cli/verbs/verbs.hpp"
#include "fovea/cuda_support.hpp"
#include "fovea/error.hpp"
#include "fovea/image.hpp"
#include "fovea/networks.hpp"
#include "report/cuda_support_text.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <optional>
#include <unistd.h>

namespace fovea::cli {
namespace {

constexpr const char* kTimesInput = "gradient-x-input";

/// The methods that a graph can hold: one backward pass to the picture, by any rule, and gradient x input.
std::vector<std::string> exported_methods() {
  std::vector<std::string> names = rule_names();
  names.insert(names.begin() + 1, kTimesInput);
  return names;
}

struct Arguments {
  std::string model, file, scores, number, method = "gradient", map = "saliency", explained = "top";
  std::vector<std::string> files;  ///< of -o
  std::string size;
  std::int64_t opset = 17, batch = 1;
  bool check = false;
  ResultFormat format;  ///< of the check
  MemoryOption memory;

  void add_to(Command verb) {
    add_model_option(verb, model);
    add_model_argument(verb, model);
    verb.add_option("-o,--output", files, "the ONNX file to write, NAME.onnx; with --check it may be missing")
        .check(output_in(kNetworkFile))
        .refuse({"saliency", "gradient"},
                "names the file to write: what the network gives beside its scores is --map");
    verb.add_option("--opset", opset, "version of the standard operator set")
        .check(whole_number(13, 17))
        .shows_default();
    verb.add_option("--batch", batch, "number of pictures in one run of the written network")
        .check(whole_number(1, 65536))
        .shows_default();
    verb.add_option("--size", size, "size of the picture where the model leaves it open")
        .check(picture_size_text());
    verb.add_flag(
        "--check", check,
        "list which nodes ONNX Runtime runs on an NVIDIA GPU, and why not others; the exit code is 1 "
        "if there are any");
    format.add_to(verb);
    memory.add_to(verb);
  }

  void fill(const Model& loaded, ExportOptions& options) const {
    const PictureSize chosen = choose_picture_size(loaded, size);
    options.opset = opset;
    options.batch = batch;
    options.height = chosen.height;
    options.width = chosen.width;
  }
};

/// Sets the file to write; none with --check alone. UsageError unless -o names one.
void choose_file(Arguments& arguments) {
  if (!arguments.format.is_text() && !arguments.check)
    throw UsageError("--json and --tsv are forms of what --check prints");
  if (arguments.files.empty() && !arguments.check)
    throw UsageError("-o NAME.onnx is missing: the file to write; or --check, which needs none");
  if (arguments.files.size() > 1)
    throw UsageError(
        fmt::format("-o names several files, but one is written: {}", fmt::join(arguments.files, ", ")));
  if (!arguments.files.empty())
    arguments.file = arguments.files.front();
}

/// Prints which nodes of an ONNX file run on a GPU. Returns the exit code.
int show_support(const CudaSupport& support, const std::string& file, const ResultFormat& format,
                 const std::optional<std::int64_t>& rewritten = {}) {
  if (format.is_text()) {
    print_lines(cuda_support_text(support, file, line_width(STDOUT_FILENO), rewritten));
  } else {
    const nlohmann::ordered_json json = cuda_support_json(support, file, rewritten);
    print_results(format, json, json["nodes"]);
  }
  const std::string error = cuda_support_error(support);
  if (error.empty())
    return 0;
  std::fflush(stdout);
  say("fovea: error: {}: {}\n", file, error);
  return 1;
}

/// Writes the file, if one is named, and says so; then checks it, if that is asked for. Returns the exit
/// code.
int deliver(const Arguments& arguments, const std::string& bytes, const std::string& summary) {
  if (!arguments.file.empty()) {
    write_file_atomically(arguments.file, bytes);
    if (arguments.format.is_text())
      print("{}: {}\n", arguments.file, summary);
  }
  if (!arguments.check)
    return 0;
  const std::string name = arguments.file.empty() ? "the network to be written" : arguments.file;
  return show_support(cuda_support(bytes), name, arguments.format);
}

int write_explanation(const Arguments& arguments) {
  const FoundNetwork found = find_network(arguments.model);
  const Model model = Model::load(found.path, arguments.memory.load_options());
  ExplanationOptions options;
  arguments.fill(model, options);
  options.times_input = arguments.method == kTimesInput;
  options.rule = options.times_input ? Rule::Gradient : parse_rule(arguments.method);
  if (options.rule == Rule::LrpEpsilonGammaBox)
    options.input_range =
        input_range(choose_preprocessing(model, found, {}).preprocessing, model.image_input().channels);
  if (arguments.map == "gradient")
    options.map = ExplanationOptions::Map::Gradient;
  if (arguments.explained == "input")
    options.explained = ExplanationOptions::Class::Input;
  options.scores = arguments.scores;
  options.targets = parse_targets(arguments.number);
  if (!arguments.file.empty())
    make_folder_of(arguments.file);
  const std::string bytes = export_explanation(model, options);
  return deliver(
      arguments, bytes,
      fmt::format("{} in, scores and {} out, opset {}, {} bytes",
                  options.explained == ExplanationOptions::Class::Input ? "picture and class" : "picture",
                  arguments.map, arguments.opset, bytes.size()));
}

int write_canonical(const Arguments& arguments) {
  const Model model = Model::load(find_network(arguments.model).path, arguments.memory.load_options());
  ExportOptions options;
  arguments.fill(model, options);
  if (!arguments.file.empty())
    make_folder_of(arguments.file);
  const std::string bytes = export_canonical(model, options);
  const std::vector<std::string> written = model.computable_outputs();
  for (const ModelPort& port : model.outputs())
    if (!written.empty() && std::find(written.begin(), written.end(), port.name) == written.end())
      say("fovea: note: the output '{}' is left out: see 'fovea info'\n", port.name);
  return deliver(arguments, bytes, fmt::format("opset {}, {} bytes", arguments.opset, bytes.size()));
}

struct CheckArguments {
  std::string model;
  ResultFormat format;
  MemoryOption memory;
};

/// How many nodes would not run on a GPU in the file that `export canonical` would write; none where it
/// cannot write one, or where there is no need.
std::optional<std::int64_t> gaps_when_rewritten(const CheckArguments& arguments, const std::string& path,
                                                const CudaSupport& support) {
  if (support.gaps() == 0)
    return {};
  try {
    const Model model = Model::load(path, arguments.memory.load_options());
    const PictureSize size = choose_picture_size(model, {}, 224);
    ExportOptions options;
    options.height = size.height;
    options.width = size.width;
    return cuda_support(export_canonical(model, options)).gaps();
  } catch (const Error&) {
    return {};
  }
}

int check_file(const CheckArguments& arguments) {
  const std::string path = find_network(arguments.model).path;
  const CudaSupport support = cuda_support_of_file(path);
  return show_support(support, path, arguments.format, gaps_when_rewritten(arguments, path, support));
}

void add_check(Command verb) {
  auto arguments = std::make_shared<CheckArguments>();
  Command check = verb.add_command(
      "check", "List which nodes of an ONNX file ONNX Runtime runs on an NVIDIA GPU, and why not others");
  add_model_option(check, arguments->model);
  add_model_argument(check, arguments->model);
  arguments->format.add_to(check);
  arguments->memory.add_to(check);
  check.add_example("fovea export check explained.onnx", "what a GPU runs of a file, and what it does not");
  check.runs([arguments] { return check_file(*arguments); });
}

void add_explanation(Command verb) {
  auto arguments = std::make_shared<Arguments>();
  Command explanation = verb.add_command(
      "explanation",
      "Write a network that gives its scores and the map that explains one of them, for any ONNX runtime");
  arguments->add_to(explanation);
  explanation
      .add_option("--method,--methods", arguments->method, "how the map is made: see 'fovea list methods'")
      .check(one_of(exported_methods()))
      .shows_default();
  Option scores = explanation.add_option(
      "--scores", arguments->scores,
      "the output, or other value, that holds the class scores (default: the first output)");
  Option target = add_target_option(explanation, arguments->number);
  target.excludes(scores);
  explanation
      .add_option("--map", arguments->map,
                  "what the network gives beside its scores. saliency: one value for each pixel, [N,H,W]; "
                  "gradient: one value for each channel and pixel")
      .check(one_of({"saliency", "gradient"}))
      .shows_default();
  explanation
      .add_option(
          "--class", arguments->explained,
          "the class that is explained. top: the best guess; input: the class that a second input names")
      .check(one_of({"top", "input"}))
      .shows_default();
  target.excludes(explanation.option("--class"));
  explanation.add_example("fovea export explanation net.onnx -o explained.onnx",
                          "a network that also gives the map of its best guess");
  explanation.add_example("fovea export explanation net.onnx --method lrp --check",
                          "whether a GPU runs all of a network that is not written yet");
  explanation.add_example("fovea export explanation net.onnx --method guided --class input -o explained.onnx",
                          "one that explains the class that a second input names");
  explanation.runs([arguments] {
    choose_file(*arguments);
    return write_explanation(*arguments);
  });
}

}  // namespace

void add_export(Command app) {
  Command verb = app.add_command("export", "Write ONNX files: networks that explain themselves");
  verb.needs_command();
  add_explanation(verb);
  auto arguments = std::make_shared<Arguments>();
  Command canonical =
      verb.add_command("canonical", "Write the forward network as fovea computes it: folded and simplified");
  arguments->add_to(canonical);
  canonical.add_example("fovea export canonical net.onnx -o simple.onnx",
                        "the network with folded constants and merged operators");
  canonical.runs([arguments] {
    choose_file(*arguments);
    return write_canonical(*arguments);
  });
  add_check(verb);
}

}  // namespace fovea::cli
