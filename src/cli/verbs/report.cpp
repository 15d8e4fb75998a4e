#include "report/photos_page.hpp"

#include "base/make_folder.hpp"
#include "cli/kit/figure_options.hpp"
#include "cli/kit/many_photos.hpp"
#include "cli/kit/method_options.hpp"
#include "cli/kit/model_options.hpp"
#include "cli/kit/output.hpp"
#include "cli/kit/picture_arguments.hpp"
#include "cli/kit/progress_bar.hpp"
#include "cli/kit/result_format.hpp"
#include "cli/kit/shard_option.hpp"
#include "cli/kit/standard_streams.hpp"
#include "cli/kit/usage_error.hpp"
#include "cli/verbs/localize.hpp"
#include "cli/verbs/verbs.hpp"
#include "fovea/batch.hpp"
#include "report/blocks.hpp"
#include "report/photos_page_run.hpp"

#include <optional>
#include <set>
#include <string>
#include <vector>

namespace fovea::cli {
namespace {

struct ReportArguments {
  ModelOptions model;
  MethodArguments method_options;
  PictureArguments images;
  ManyPhotosArguments many;
  std::vector<std::string> methods = {"gradient"};
  std::string target = "auto";
  std::int64_t top = 1;
  std::string crops = "1";
  DisplayRange range;
  std::string colormap = "inferno";
  std::optional<bool> localize;
  std::int64_t class_models = 8;
  std::string title;
  bool split = false;
  std::string truth;
  std::string compared, compared_preset;
  std::string output;
  ResultFormat format;
};

void check_usage(const ReportArguments& arguments) {
  if (arguments.top > 1 && arguments.target != "auto")
    throw UsageError("--top explains the best guesses: it does not go with --class");
  const std::set<std::string> different(arguments.methods.begin(), arguments.methods.end());
  if (different.size() != arguments.methods.size())
    throw UsageError("--methods: a method is named twice");
  if (arguments.split && arguments.output == kStandardOutput)
    throw UsageError("--split writes a folder beside the page: name a file with -o");
}

ReportOptions report_options(const ReportArguments& arguments) {
  ReportOptions options;
  options.file = arguments.output;
  options.title = arguments.title;
  options.split = arguments.split;
  options.top = arguments.top;
  options.range = arguments.range;
  options.colormap = arguments.colormap;
  options.class_models = arguments.class_models;
  return options;
}

/// A note of what a page with --region lacks.
void note_class_models(const ReportArguments& arguments) {
  if (!arguments.model.region.empty() && arguments.class_models > 0)
    say_note("the page has no class models, since a class of a network that segments pictures has no score "
             "without a region of a photo");
}

ReportExplainers explainers_for(const Network& loaded, const ReportArguments& arguments,
                                const ModelOptions& model, int threads) {
  ReportExplainers explainers{Explainer(loaded.model, explain_options(loaded, model, arguments.methods,
                                                                      arguments.method_options.chosen(),
                                                                      parse_crops(arguments.crops), threads)),
                              {}};
  say_notes(explainers.maps.notes());
  LocalizeArguments objects;
  objects.model = model;
  if (arguments.localize.value_or(true))
    explainers.objects.emplace(object_explainer(loaded, objects, threads));
  return explainers;
}

ReportNetwork load_for_report(const ReportArguments& arguments, const ModelOptions& model, int threads) {
  const Network loaded = load_network(model);
  ReportNetwork network{loaded, explainers_for(loaded, arguments, model, threads), model.model, {}, {}};
  const Program& scores = network.explainers.maps.program();
  check_labels(loaded, scores);
  if (arguments.target != "auto")
    network.target = loaded.labels.find(arguments.target, scores.classes());
  network.program = program_options(loaded, model, Direction::ForwardAndBackward);
  return network;
}

/// The network of -m and that of --compare-with.
std::vector<ReportNetwork> networks_of(const ReportArguments& arguments, int threads) {
  std::vector<ReportNetwork> networks = {load_for_report(arguments, arguments.model, threads)};
  if (arguments.compared.empty())
    return networks;
  ModelOptions second = arguments.model;
  second.model = arguments.compared;
  if (!arguments.compared_preset.empty()) {
    second.preprocessing = {};
    second.preprocessing.preset = arguments.compared_preset;
  }
  networks.push_back(load_for_report(arguments, second, threads));
  return networks;
}

/// The truth, with a note of what is missing.
ClassTruth truth_of(const std::string& source, const std::vector<std::string>& photos) {
  ClassTruth truth = class_truth(source, photos);
  if (truth.missing() > 0)
    say("fovea: note: {} has no class for {} of {}\n", source, truth.missing(),
        counted(photos.size(), "photo"));
  if (truth.unused > 0)
    say("fovea: note: {} names {} that {} not here\n", source, counted(truth.unused, "photo"),
        truth.unused == 1 ? "is" : "are");
  return truth;
}

/// Prints what is on the page.
void print_outcome(const ReportArguments& arguments, const ResultFormat& format,
                   const ReportOutcome& outcome) {
  if (!format.is_text())
    return print_results(format, outcome.json,
                         nested_records(nlohmann::ordered_json::array({outcome.json}), "networks"));
  print("{}: {}, {} left out\n", arguments.output, counted(outcome.photos, "photo"),
        counted(outcome.left_out, "file"));
}

/// The page as a run that can be divided, resumed and merged.
int make_report_of_many(Command verb, const ReportArguments& arguments, const PictureInputs& inputs,
                        const std::vector<ReportNetwork>& networks, ReportOptions& options,
                        ReportEvents& events) {
  if (arguments.output == kStandardOutput)
    throw UsageError("'-o -' does not go with archives, --shard and --resume: name a file");
  const PhotosPageRun run(networks, options, events);
  ManyPhotosCommand command{
      verb, arguments.many, inputs, networks.front().network, options.workers, arguments.output};
  command.settings = run.settings();
  command.format = arguments.format;
  command.make_worker = [&run] { return run.worker(); };
  command.is_run_again = true;
  command.final_step = [&](const ResultStore& store, const ResultFormat& format) {
    const RunCounts& counts = store.counts();
    if (store.is_finished()) {  // and the data are gone
      ReportOutcome outcome;
      outcome.photos = static_cast<std::size_t>(counts.photos - counts.failed);
      outcome.left_out = static_cast<std::size_t>(counts.failed);
      outcome.json = {{"page", options.file}, {"photos", outcome.photos}, {"left_out", outcome.left_out}};
      print_outcome(arguments, format, outcome);
      return counts.failed > 0 && !arguments.many.allow_failures ? 1 : 0;
    }
    options.command_line = line_of(store);
    ProgressDisplay display;
    events.progress = display.progress();
    const ReportOutcome outcome = run.write(store, other_files(arguments.images.paths));
    print_outcome(arguments, format, outcome);
    return outcome.failed > 0 && !arguments.many.allow_failures ? 1 : 0;
  };
  return run_command(command);
}

int make_report(Command verb, ReportArguments arguments) {
  check_usage(arguments);
  const PictureInputs inputs = arguments.images.inputs(arguments.model.model, arguments.output);
  const bool are_many = arguments.many.are_asked_for(inputs, arguments.output);
  const std::vector<std::string> images =
      are_many && arguments.truth.empty() ? std::vector<std::string>() : inputs.paths();
  if (inputs.has_archives() && !arguments.truth.empty())
    throw UsageError(
        "--truth does not go with archives: their photos' classes are beside them, as 0001.cls or "
        "the field label of 0001.json");
  arguments.method_options.note_unused(arguments.methods);
  note_class_models(arguments);
  ReportOptions options = report_options(arguments);
  options.truth = truth_of(arguments.truth, images);
  const ThreadPartition partition = partition_photos(arguments.model, are_many, inputs.size());
  const std::vector<ReportNetwork> networks = networks_of(arguments, partition.threads);
  options.workers = partition.workers;
  if (!is_rehearsal())
    make_folder_of(arguments.output);
  ReportEvents events;
  events.scored = [&](std::size_t network, const std::vector<double>& all) {
    warn_of_probabilities(networks[network].explainers.maps.program(), all);
  };
  if (are_many)
    return make_report_of_many(verb, arguments, inputs, networks, options, events);
  options.command_line = verb.line();
  const ReportOutcome outcome = [&] {
    ProgressDisplay display;
    events.progress = display.progress();
    events.failed = display.failed();
    return write_photos_page(images, other_files(arguments.images.paths), networks, options, events);
  }();
  if (outcome.is_written)
    print_outcome(arguments, arguments.format, outcome);
  return outcome.failed == 0 ? 0 : 1;
}

}  // namespace

void add_report(Command app) {
  auto arguments = std::make_shared<ReportArguments>();
  Command verb =
      app.add_command("report", "Write one HTML page of photos with their maps, objects and class models");
  arguments->images.add_with_list_to(verb);
  verb.add_option("--methods,--method", arguments->methods,
                  "how the maps are made, side by side, separated by commas: see 'fovea list methods'")
      .check(one_of(method_names()))
      .delimiter(',')
      .shows_default();
  add_class_to(verb, arguments->target);
  verb.add_option("--top", arguments->top, "explain the N best guesses; the page switches between them")
      .check(whole_number(1, 5))
      .shows_default();
  verb.add_switch("--localize,!--no-localize", arguments->localize,
                  "show how the object of each class is found (default), or leave it out");
  verb.add_option("--class-models", arguments->class_models,
                  "show class models of the N most frequent classes; 0: none")
      .check(whole_number(0, 1000))
      .shows_default();
  verb.add_option(
          "--truth", arguments->truth,
          "the photos' true classes, to count right answers and show wrong ones first: a CSV with the "
          "columns file and class, wnid or class_index; or 'folders' if each photo's folder has the "
          "name of its class")
      .check(file_or_folder());
  Option compared = verb.add_option("--compare-with", arguments->compared,
                                    "a second network, shown beside the first one: a file or a name; options "
                                    "for networks apply to both")
                        .check(file_or_folder());
  verb.add_option("--compare-preprocess", arguments->compared_preset,
                  "convention of the second network's input, in place of the options for the first one")
      .check(one_of(preprocessing_preset_names()))
      .needs(compared);
  arguments->method_options.add_to(verb);
  add_crops_to(verb, arguments->crops).shows_default();
  add_map_display_to(verb, arguments->range, arguments->colormap);
  verb.add_option("--title", arguments->title, "the page's title (default: the network's name)")
      .check(not_empty());
  verb.add_flag(
      "--split", arguments->split,
      "write pictures as files into the folder NAME_files beside the page, which keeps the page small");
  verb.add_option("-o,--output", arguments->output, "the page to write, NAME.html")
      .required()
      .check(output_in(kPageFile));
  arguments->format.add_to(verb);
  arguments->model.add_to(verb);
  arguments->model.add_workers_to(verb);
  arguments->model.add_target_to(verb, {"--class", "--truth"});
  arguments->model.add_region_to(verb);
  arguments->many.add_without_table_to(verb);
  verb.add_example("fovea report photos/ -o page.html", "a page of all pictures of a folder");
  verb.add_example("fovea report photos/ --methods gradient,grad-cam --top 3 -o page.html",
                   "two methods side by side, for the three best guesses");
  verb.add_example("fovea report 'p-{000..127}.tar' --split --shard 1/8 --resume -o page.html",
                   "the first of eight parts of a page, which 'fovea merge . -o page.html' makes of all");
  verb.runs([arguments, verb] { return make_report(verb, *arguments); });
}

}  // namespace fovea::cli
