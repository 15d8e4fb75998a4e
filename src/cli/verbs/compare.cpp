#include "cli/verbs/compare.hpp"

#include "base/fingerprint.hpp"
#include "base/json.hpp"
#include "base/make_folder.hpp"
#include "base/read_file.hpp"
#include "base/replacement.hpp"
#include "cli/kit/figure_options.hpp"
#include "cli/kit/output.hpp"
#include "cli/kit/shard_option.hpp"
#include "cli/kit/standard_streams.hpp"
#include "cli/kit/usage_error.hpp"
#include "cli/verbs/verbs.hpp"
#include "evaluate/class_truth.hpp"
#include "evaluate/gate.hpp"
#include "evaluate/missing_files.hpp"
#include "fovea/batch.hpp"
#include "fovea/error.hpp"
#include "report/blocks.hpp"
#include "report/comparison_page.hpp"
#include "report/table.hpp"

#include <fmt/format.h>

#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

namespace fovea::cli {
namespace {

void check_usage(const CompareArguments& arguments) {
  const std::set<std::string> different(arguments.methods.begin(), arguments.methods.end());
  if (different.size() != arguments.methods.size())
    throw UsageError("--methods: a method is named twice");
  if (arguments.output == kStandardOutput)
    throw UsageError("-o - does not go with the files that are written beside the page: name a file");
}

GateThresholds gate_of(const CompareArguments& arguments) {
  GateThresholds gate = arguments.gate;
  const auto share = [](const std::string& text, const char* option) -> std::optional<double> {
    if (text.empty())
      return std::nullopt;
    try {
      return parse_share(text, option);
    } catch (const InputError& error) {
      throw UsageError(error.what());
    }
  };
  gate.max_changed = share(arguments.max_changed, "--max-changed");
  gate.max_accuracy_drop = share(arguments.max_accuracy_drop, "--max-accuracy-drop");
  gate.max_energy_drop = share(arguments.max_energy_drop, "--max-energy-drop");
  if (gate.max_accuracy_drop && arguments.truth.empty())
    throw UsageError("--max-accuracy-drop needs the photos' classes: give them with --truth");
  if (gate.max_energy_drop && arguments.truth.empty() && arguments.masks.empty())
    throw UsageError("--max-energy-drop needs the objects' places: give them with --truth or --masks");
  return gate;
}

/// Classes and places of objects, with notes of what is missing. Those of archives show only with their
/// pictures.
void add_truth(const CompareArguments& arguments, const PictureInputs& inputs,
               NetworkComparisonOptions& options) {
  if (inputs.has_archives() && arguments.truth == "folders")
    throw UsageError(
        "--truth folders does not go with archives: their photos' classes are beside them, as 0001.cls or "
        "the field label of 0001.json");
  const std::string& source = arguments.masks.empty() ? arguments.truth : arguments.masks;
  if (source.empty())
    return;
  if (!arguments.masks.empty())
    options.places = ObjectTruths::of_masks(arguments.masks);
  else if (has_boxes(arguments.truth))
    options.places = ObjectTruths(arguments.truth, {}, 0);
  if (inputs.has_archives())
    return;
  const std::vector<std::string> photos = inputs.paths();
  options.page.truth = class_truth(arguments.truth, photos);
  if (const std::size_t missing = options.page.truth.missing(); missing > 0)
    say("fovea: note: {} has no class for {} of {}\n", arguments.truth, missing,
        counted(photos.size(), "photo"));
  const MissingFiles missing = pictures_without_truth(options.places, photos);
  check_truth_fits(missing, source);
  if (missing.is_any())
    say("fovea: note: {}: knows no place of an object in {} pictures, such as '{}'\n", source,
        missing.count(), missing.first);
}

int exit_code(bool passed, std::int64_t failed) {
  return !passed ? kGateFailed : failed > 0 ? 1 : 0;
}

int print_outcome(const CompareArguments& arguments, const ResultFormat& format,
                  const NetworkComparisonOutcome& outcome) {
  const ComparisonResults& results = outcome.results;
  if (!format.is_text()) {
    const nlohmann::ordered_json json = comparison_json(results, outcome.methods, outcome.gate);
    print_results(format, json, method_records(json));
  } else {
    print("{}: {}, {} left out\n", arguments.output,
          counted(results.photos.size() - results.failures(), "photo"), counted(outcome.left_out, "file"));
    print_lines(comparison_text(results, outcome.methods, outcome.gate));
  }
  for (const GateCheck& check : outcome.gate)
    if (!check.passed())
      say("fovea: the gate is failed by {}\n", check.text());
  return exit_code(passed(outcome.gate), static_cast<std::int64_t>(results.failures()));
}

/// Prints what an earlier run has found, by the JSON that it wrote.
int print_earlier_outcome(const CompareArguments& arguments, const ResultFormat& format,
                          const RunCounts& counts) {
  constexpr std::size_t most_bytes = std::size_t{1} << 30;
  const std::string file = comparison_files(arguments.output)[2];
  const nlohmann::ordered_json json = parse_json(read_file(file, most_bytes), file);
  const bool is_passed = passed_gate(arguments.output);
  if (!format.is_text())
    print_results(format, json, method_records(json));
  else
    print("{} has the results of {} already\n", arguments.output,
          counted(static_cast<std::size_t>(counts.photos), "photo"));
  if (!is_passed)
    say("fovea: the gate is failed: see {}\n", arguments.output);
  return exit_code(is_passed, counts.failed);
}

/// What results depend on besides networks, inputs and options: the contents of a table of true classes.
void add_truth_settings(const CompareArguments& arguments, nlohmann::ordered_json& settings) {
  constexpr std::size_t most_bytes = std::size_t{4} << 30;
  if (!arguments.truth.empty() && arguments.truth != "folders")
    settings["truth"] = Fingerprint().add(read_file(arguments.truth, most_bytes)).text();
}

NetworkComparisonOptions comparison_options(const CompareArguments& arguments,
                                            const std::vector<ReportNetwork>& networks) {
  NetworkComparisonOptions options;
  if (arguments.target != "auto")
    options.target =
        networks[0].network.labels.find(arguments.target, networks[0].explainers.maps.program().classes());
  options.page.file = arguments.output;
  options.page.title = arguments.title;
  options.page.split = arguments.split;
  options.page.range = arguments.range;
  options.page.colormap = arguments.colormap;
  options.layers = arguments.layers;
  options.crops = parse_crops(arguments.crops);
  options.method_options = arguments.method_options.chosen();
  return options;
}

/// Says how classes were matched where that may be wrong or leaves some out.
void tell_of_classes(const ClassMatching& classes) {
  if (classes.by == ClassMatching::By::Indices)
    say_note("classes are taken to be the same by their indices, since a network has no names of them: "
             "--labels and --labels-b give them");
  else if (const auto all = static_cast<std::int64_t>(classes.second_of.size()); classes.matched() < all)
    say_note(fmt::format("the second network has {} of the first one's {} classes: predictions of the others "
                         "count as changed",
                         classes.matched(), all));
}

int compare(Command verb, CompareArguments arguments) {
  check_usage(arguments);
  const GateThresholds gate = gate_of(arguments);
  const PictureInputs inputs = arguments.images.inputs(arguments.model.model, arguments.output);
  check_inputs(inputs);
  arguments.method_options.note_unused(arguments.methods);
  const ThreadPartition partition = partition_photos(arguments.model, true, inputs.size());
  const std::vector<ReportNetwork> networks = load_both(arguments, partition.threads);
  tell_of_networks(arguments, networks);
  NetworkComparisonOptions options = comparison_options(arguments, networks);
  options.gate = gate;
  add_truth(arguments, inputs, options);
  const std::vector<std::string> files = comparison_files(arguments.output);
  check_replacements(std::span(files).subspan(1));  // the page itself is checked as every output is
  if (!is_rehearsal())
    make_folder_of(arguments.output);
  ReportEvents events;
  events.scored = [&](std::size_t network, const std::vector<double>& all) {
    warn_of_probabilities(networks[network].explainers.maps.program(), all);
  };
  const ComparisonRun run(networks, options, events);
  tell_of_classes(run.classes());
  ManyPhotosCommand command{
      verb, arguments.many, inputs, networks[0].network, partition.workers, arguments.output};
  command.settings = run.settings();
  add_truth_settings(arguments, command.settings);
  command.format = arguments.format;
  command.make_worker = [&run] { return run.worker(); };
  command.is_run_again = true;
  command.final_step = [&](const ResultStore& store, const ResultFormat& format) {
    if (store.is_finished())
      return print_earlier_outcome(arguments, format, store.counts());
    options.page.command_line = line_of(store);
    return print_outcome(arguments, format, run.write(store, other_files(arguments.images.paths)));
  };
  return run_command(command);
}

void add_gate_options(Command verb, CompareArguments& arguments) {
  Command gate = verb.in_group("Gate");
  gate.add_option("--min-correlation", arguments.gate.min_correlation,
                  "least mean rank correlation of the maps, for each method")
      .check(between(-1.0, 1.0));
  gate.add_option("--min-photo-correlation", arguments.gate.min_photo_correlation,
                  "least rank correlation of the maps of any photo, for each method")
      .check(between(-1.0, 1.0));
  gate.add_option("--min-ssim", arguments.gate.min_similarity,
                  "least mean structural similarity of the maps, for each method")
      .check(between(-1.0, 1.0));
  gate.add_option("--min-overlap", arguments.gate.min_overlap,
                  "least mean overlap of the strongest 10 % of pixels, 0 to 1, for each method")
      .check(between(0.0, 1.0));
  gate.add_option("--max-changed", arguments.max_changed,
                  "largest share of photos whose prediction changes: 1% or 0.01")
      .check(not_empty());
  gate.add_option("--max-accuracy-drop", arguments.max_accuracy_drop,
                  "largest drop of top-1 accuracy, with --truth: 1% or 0.01")
      .check(not_empty());
  gate.add_option("--max-energy-drop", arguments.max_energy_drop,
                  "largest drop of the mean share of the maps' energy that is on the object, for each "
                  "method, with the objects' places: 5% or 0.05")
      .check(not_empty());
}

/// The options of the second network.
void add_second_network(Command verb, CompareArguments& arguments) {
  Command second = verb.in_group("Second network");
  second
      .add_option("--labels-b", arguments.second_labels,
                  "class names of the second network (default: those of --labels, else the file's own)")
      .check(file_or_folder());
  second
      .add_option("--preprocess-b", arguments.second_preset,
                  "convention of the second network's input, in place of the options for the first one")
      .check(one_of(preprocessing_preset_names()));
  second
      .add_option("--size-b", arguments.second_size,
                  "side, or HEIGHTxWIDTH, of the second network's input where the model leaves it open")
      .check(picture_size_text());
  second
      .add_option("--scores-b", arguments.second_scores,
                  "the output, or other value, that holds the second network's class scores")
      .check(not_empty());
  second
      .add_option("--layer-b", arguments.second_layer,
                  "the second network's layer for Grad-CAM and its variants, if it is not that of --layer")
      .check(not_empty());
}

}  // namespace

void add_compare(Command app) {
  auto arguments = std::make_shared<CompareArguments>();
  Command verb = app.add_command(
      "compare", "Compare what two networks see in photos, and why; fail where they differ too much");
  verb.add_option("first", arguments->model.model, "the network that is the measure: an ONNX file or a name")
      .check(file_or_folder())
      .completed_as(kNetworkNames)
      .required();
  verb.add_option("second", arguments->second, "the network that is compared with it")
      .check(file_or_folder())
      .completed_as(kNetworkNames)
      .required();
  arguments->images.add_with_list_to(verb);
  verb.add_option("--methods,--method", arguments->methods,
                  "how the maps are made, separated by commas: see 'fovea list methods'")
      .check(one_of(method_names()))
      .delimiter(',')
      .shows_default();
  verb.add_option("--class", arguments->target,
                  "the class to explain in both networks: auto (the first one's best guess), or an index, a "
                  "WordNet id or a name of the first one's")
      .shows_default();
  verb.add_option("--truth", arguments->truth,
                  "the photos' true classes and boxes: a CSV with the columns file and class, wnid or "
                  "class_index, and x0, y0, x1 and y1 where boxes are known; or 'folders' if each "
                  "photo's folder has the name of its class")
      .check(file_or_folder());
  verb.add_option("--masks", arguments->masks,
                  "a folder of masks of the objects, NAME.png for the picture NAME, in place of boxes")
      .check(file_or_folder());
  verb.add_option("--layers", arguments->layers,
                  "compare activations and gradients of at most N layers that both networks have; 0: none")
      .check(whole_number(0, 1000))
      .shows_default();
  arguments->method_options.add_to(verb);
  add_crops_to(verb, arguments->crops).shows_default();
  add_map_display_to(verb, arguments->range, arguments->colormap);
  verb.add_option("--title", arguments->title, "the page's title (default: the networks' names)")
      .check(not_empty());
  verb.add_flag("--split", arguments->split,
                "write pictures as files into the folder NAME_files beside the page");
  verb.add_option("-o,--output", arguments->output,
                  "the page to write, NAME.html; NAME.csv and NAME.json are written beside it")
      .required()
      .check(output_in(kPageFile));
  add_gate_options(verb, *arguments);
  add_second_network(verb, *arguments);
  arguments->format.add_to(verb);
  arguments->model.add_without_model_to(verb);
  arguments->model.add_workers_to(verb);
  arguments->many.add_without_table_to(verb);
  verb.add_example("fovea compare float.onnx int8.onnx photos/ -o compare.html",
                   "what quantisation changes in answers and in maps");
  verb.add_example(
      "fovea compare v1.onnx v2.onnx photos/ --min-correlation 0.9 --max-changed 1% -o compare.html",
      "stop a release, by exit code 3, if more than that changes");
  verb.runs([arguments, verb] { return compare(verb, *arguments); });
}

}  // namespace fovea::cli
