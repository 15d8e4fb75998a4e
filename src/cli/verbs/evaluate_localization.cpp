#include "base/atomic_file.hpp"
#include "base/json.hpp"
#include "cli/kit/interrupts.hpp"
#include "cli/kit/output.hpp"
#include "cli/kit/result_format.hpp"
#include "cli/kit/shard_option.hpp"
#include "cli/kit/usage_error.hpp"
#include "cli/verbs/evaluate.hpp"
#include "cli/verbs/localize.hpp"
#include "evaluate/localization_run.hpp"
#include "evaluate/localization_summary.hpp"
#include "evaluate/merge_shards.hpp"
#include "evaluate/missing_files.hpp"
#include "fovea/batch.hpp"
#include "report/localization_page.hpp"
#include "report/result_place.hpp"

#include <fmt/format.h>

#include <array>
#include <filesystem>

namespace fovea::cli {
namespace {

struct LocalizationArguments {
  LocalizeArguments localize;  ///< the model, the map and the cut
  PictureArguments arguments;  ///< the folder of pictures, and perhaps the model
  std::string images;          ///< the folder
  TruthSource truth;
  std::int64_t guesses = 5;
  std::string shard;
  bool resume = false;
  bool skip_missing = false;
  bool allow_failures = false;
  bool force = false;  ///< begins anew where there are earlier results
  ResultFormat format;
  std::string output;
  std::string command_line;  ///< for the page
};

void check_truth_options(const TruthSource& truth) {
  for (const auto& [option, value] :
       {std::pair{"--list", &truth.devkit.list}, std::pair{"--class-numbers", &truth.devkit.class_numbers},
        std::pair{"--synsets", &truth.devkit.synsets}})
    if (!value->empty() && !truth.is_devkit())
      throw UsageError(
          fmt::format("{} needs a folder of XML files, but --truth {} is not one", option, truth.path));
}

/// Writes summary.json and the page and prints the summary. Returns the exit code: 1 when an image failed.
int report_summary(const EvaluatedImages& images, const ResultFiles& files, const ResultFormat& format) {
  const LocalizationSummary summary = summarize(images.results);
  const nlohmann::ordered_json summary_fields = summary_json(summary, images.settings);
  write_file_atomically(files.summary, json_text(summary_fields) + "\n");
  write_localization_page(images, summary, files.page);
  if (!format.is_text())
    print_results(format, summary_fields, box_records(summary_fields));
  else
    print_lines(summary_text(summary, guesses_of(images.settings)));
  return summary.failures.empty() ? 0 : 1;
}

/// Takes the images without a picture out of the truth and says how many.
void skip_missing(std::vector<AnnotatedImage>& truth, const LocalizationArguments& arguments) {
  const MissingFiles missing = leave_out_missing(truth, arguments.images);
  if (missing.is_all())
    check_no_picture_is_missing(missing, arguments.truth.path, arguments.images);
  if (missing.is_any())
    say("fovea: note: {}: {} pictures that {} names are missing here, such as '{}', and are left out\n",
        arguments.images, missing.count(), arguments.truth.path, missing.first);
}

/// Interrupted at the first of the signals that ask for an end.
void run_until_interrupted(const LocalizationRun& run, Journal& journal) {
  const InterruptScope interrupts(Interrupts::All);
  ProgressDisplay display;
  EvaluationEvents events = events_of(display);
  events.progress = [&, show = events.progress](std::int64_t done, std::int64_t total,
                                                const std::string& what) {
    if (interrupts.asked())
      throw Interrupted(fmt::format("stopped by {} after {} image{}: go on by the same command with --resume",
                                    InterruptScope::signal_name(), done, done == 1 ? "" : "s"));
    report_progress({show}, done, total, what);
  };
  run_localization(run, journal, events);
}

int evaluate_localization(const LocalizationArguments& arguments) {
  const Shard shard = is_rehearsal() ? Shard{} : shard_of(arguments.shard);
  const LocalizeArguments& localize = arguments.localize;
  const LocalizationProtocol protocol = {localize_options(localize), arguments.guesses};
  std::error_code error;
  if (!std::filesystem::is_directory(arguments.images, error))
    throw InputError("is not a folder of pictures", arguments.images);
  check_truth_options(arguments.truth);
  std::vector<AnnotatedImage> truth = read_truth(arguments.truth);
  if (arguments.skip_missing)
    skip_missing(truth, arguments);
  const std::vector<std::int64_t> places = shard.places(static_cast<std::int64_t>(truth.size()));
  check_no_picture_is_missing(missing_pictures(truth, places, arguments.images), arguments.truth.path,
                              arguments.images);
  localize.method_options.note_unused(localize.methods());
  const Network loaded = load_network(localize.model);
  const ThreadPartition partition =
      partition_threads(places.size(), localize.model.workers, localize.model.threads);
  const Explainer explainer = object_explainer(loaded, localize, partition.threads);
  check_labels(loaded, explainer.program());
  resolve_classes(truth, loaded.labels, explainer.program().classes());
  end_rehearsal();
  const LocalizationRun run{explainer, truth, places, arguments.images, protocol, partition.workers};
  const ResultFiles files(arguments.output, shard);
  prepare_results(arguments.output, std::array{files.rows, files.settings, files.summary, files.page});
  const nlohmann::ordered_json settings =
      localization_settings(loaded, {localize.model.precision, localize.method_name(), localize.preset},
                            localize.method_options.chosen(), protocol, localize.framing(), truth, shard);
  try {
    Journal journal(files, run.places, settings,
                    arguments.resume  ? EarlierResults::Resume
                    : arguments.force ? EarlierResults::Discard
                                      : EarlierResults::Refuse);
    print_object_notes(explainer);
    try {
      run_until_interrupted(run, journal);
    } catch (const OutputError&) {
      say("fovea: note: go on by the same command with --resume\n");
      throw;
    }
    const std::vector<ImageResult> results = journal.finish();
    const int code =
        report_summary({results, settings, arguments.images, loaded.labels, arguments.command_line}, files,
                       arguments.format);
    return arguments.allow_failures ? 0 : code;
  } catch (const UnfinishedResults& results) {
    throw InputError(fmt::format(
        "{}: continue with --resume, begin anew with --force, or name another folder", results.what()));
  }
}

}  // namespace

int merge_evaluations(const MergeArguments& arguments) {
  try {
    const ResultFiles files(arguments.output, {});
    prepare_results(arguments.output, std::array{files.rows, files.settings, files.summary, files.page});
    const MergedResults merged = merge_shards(arguments.inputs, arguments.output);
    const int code = report_summary({merged.results, merged.settings, "", {}, arguments.command_line},
                                    merged.files, arguments.format);
    return arguments.allow_failures ? 0 : code;
  } catch (const UnfinishedResults& results) {
    throw InputError(fmt::format("{}: continue it with --resume", results.what()));
  }
}

void add_localization(Command evaluate) {
  auto arguments = std::make_shared<LocalizationArguments>();
  Command verb = evaluate.add_command(
      "localization",
      "Measure the errors of classes and boxes on pictures with known boxes, as ILSVRC counts them");
  verb.add_option("images", arguments->arguments.paths, "folder of pictures")
      .required()
      .check(file_or_folder());
  verb.add_option("--truth", arguments->truth.path,
                  "the known boxes: a CSV (file, wnid or class_index, x0, y0, x1, y1), or a folder of "
                  "ILSVRC's XML files")
      .required()
      .check(file_or_folder());
  verb.add_option("--list", arguments->truth.devkit.list,
                  "with XML: a file that names the images to use, one a line")
      .check(file_or_folder());
  Option numbers =
      verb.add_option("--class-numbers", arguments->truth.devkit.class_numbers,
                      "with XML: the devkit's class number of each image, "
                      "ILSVRC2012_validation_ground_truth.txt (default: the class of the objects)")
          .check(file_or_folder());
  Option synsets =
      verb.add_option("--synsets", arguments->truth.devkit.synsets,
                      "with --class-numbers: the WordNet ids of the devkit's class numbers, map_clsloc.txt")
          .check(file_or_folder());
  numbers.needs(synsets);
  synsets.needs(numbers);
  verb.add_option("--guesses", arguments->guesses,
                  "5: boxes for the five best guesses; 1: for the best guess; 0: for the true class only")
      .check(one_of_numbers({0, 1, 5}))
      .shows_default();
  add_shard_to(verb, arguments->shard);
  verb.add_flag("--skip-missing", arguments->skip_missing,
                "evaluate only the pictures that are there, instead of refusing a folder that lacks some");
  verb.add_flag("--resume", arguments->resume, "continue where an earlier run with the same options ended");
  add_allow_failures_to(verb, arguments->allow_failures);
  arguments->localize.add_method_to(verb);
  verb.add_option("-o,--output", arguments->output,
                  "folder for images.csv, summary.json, settings.json and report.html")
      .required()
      .check(output_in(kFolderOnly));
  arguments->format.add_to(verb);
  arguments->localize.model.add_to(verb);
  arguments->localize.model.add_workers_to(verb);
  verb.add_example("fovea evaluate localization photos/ --truth boxes.csv -m net.onnx -o results",
                   "errors of classes and boxes, as tables and a page");
  verb.add_example("fovea evaluate localization photos/ --truth boxes.csv --shard 1/4 -o results",
                   "the first of four parts, for four machines");
  verb.runs([arguments, verb] {
    arguments->command_line = verb.line();
    const auto folders = arguments->arguments.without_model(arguments->localize.model.model);
    if (folders.size() > 1)
      throw UsageError(
          fmt::format("one folder of pictures is evaluated, found {} and {}", folders[0], folders[1]));
    arguments->images = folders.front();
    arguments->force = verb.given("--force");
    if (arguments->force && arguments->resume)
      throw UsageError("--resume continues earlier results, --force discards them: give one of them");
    return evaluate_localization(*arguments);
  });
}

void add_merge_of_evaluations(Command evaluate) {
  auto arguments = std::make_shared<MergeArguments>();
  Command verb =
      evaluate.add_command("merge", "Merge the shards of an evaluation into the summary of a single run");
  verb.add_option("inputs", arguments->inputs,
                  "folders with the results of shards, their manifests, or files images-I-of-N.csv")
      .required()
      .check(file_or_folder());
  verb.add_option("-o,--output", arguments->output,
                  "folder for the merged results; may be that of the shards")
      .required()
      .check(output_in(kFolderOnly));
  add_allow_failures_to(verb, arguments->allow_failures);
  arguments->format.add_to(verb);
  verb.add_example("fovea evaluate merge results -o results", "the shards in a folder as one result");
  verb.runs([arguments, verb] {
    arguments->command_line = verb.line();
    return merge_results(*arguments);
  });
}

}  // namespace fovea::cli
