#include "base/fingerprint.hpp"
#include "base/read_file.hpp"
#include "cli/kit/output.hpp"
#include "cli/kit/usage_error.hpp"
#include "cli/verbs/evaluate.hpp"
#include "evaluate/faithfulness_data.hpp"
#include "evaluate/faithfulness_results.hpp"
#include "evaluate/missing_files.hpp"
#include "evaluate/photo_runs.hpp"
#include "evaluate/pick.hpp"
#include "fovea/batch.hpp"
#include "fovea/decode_image.hpp"
#include "report/faithfulness_page.hpp"

#include <algorithm>
#include <functional>
#include <memory>
#include <mutex>

namespace fovea::cli {
namespace {

constexpr std::size_t kMaxTruthBytes = std::size_t{4} << 30;

struct Arguments : MapEvaluationOptions {
  std::string truth, masks;
  std::vector<std::string> measures = {"default"};
  std::int64_t steps = 50, subsets = 50, superpixels = 50, noisy_copies = 10;
  double area_tolerance = 0.005, blur = 0.1, radius = 0.02, tolerance = kPointingTolerance;

  bool pick = false;
  bool chooses_methods = false;  ///< by itself

  const std::string& truth_source() const { return masks.empty() ? truth : masks; }
};

FaithfulnessProtocol protocol_of(const Arguments& arguments) {
  FaithfulnessProtocol protocol;
  protocol.measures =
      parse_map_measures(arguments.measures, !arguments.truth.empty() || !arguments.masks.empty());
  if (arguments.pick)
    add_measures_to_pick_by(protocol.measures);
  protocol.curves.steps = arguments.steps;
  protocol.curves.tolerance = arguments.area_tolerance;
  protocol.superpixels = arguments.superpixels;
  protocol.stability = {arguments.radius, arguments.noisy_copies};
  protocol.blur = arguments.blur;
  protocol.set_subsets(arguments.subsets, arguments.measures);
  protocol.tolerance = arguments.tolerance;
  protocol.seed = arguments.seed();
  return protocol;
}

ObjectTruths truths_of(const Arguments& arguments, const Labels& labels, std::int64_t classes) {
  if (!arguments.masks.empty())
    return ObjectTruths::of_masks(arguments.masks);
  if (arguments.truth.empty())
    return {};
  return ObjectTruths(arguments.truth, labels, arguments.target == "auto" ? classes : 0);
}

void tell_of_missing_truths(const Arguments& arguments, const MissingFiles& missing) {
  if (missing.is_any())
    say("fovea: note: {}: knows nothing of {} pictures, such as '{}', so their maps are not judged by it\n",
        arguments.truth_source(), missing.count(), missing.first);
}

/// Says before the work which pictures the ground truth does not know. Those of archives show only with it.
void check_truths(const Arguments& arguments, const ObjectTruths& truths, const PictureInputs& inputs) {
  if (inputs.has_archives())
    return;
  const MissingFiles missing = pictures_without_truth(truths, inputs.paths());
  check_truth_fits(missing, arguments.truth_source());
  tell_of_missing_truths(arguments, missing);
}

nlohmann::ordered_json settings_of(const Arguments& arguments) {
  nlohmann::ordered_json settings = arguments.settings();
  settings["measures"] = arguments.measures;
  if (arguments.pick)
    settings["pick"] = true;
  settings["steps"] = arguments.steps;
  settings["area_tolerance"] = arguments.area_tolerance;
  settings["subsets"] = arguments.subsets;
  settings["blur"] = arguments.blur;
  settings["tolerance"] = arguments.tolerance;
  settings["superpixels"] = arguments.superpixels;
  settings["noisy_copies"] = arguments.noisy_copies;
  settings["radius"] = arguments.radius;
  return settings;
}

/// Compiles the methods, or those to pick from. Tells their notes.
CompiledCandidates compile_methods(const Arguments& arguments, const Network& network, int threads) {
  const MethodOptions chosen = arguments.method_options.chosen();
  const ExplainOptions base =
      explain_options(network, arguments.model, {}, chosen, arguments.crops(), threads);
  const std::vector<std::string>& methods = arguments.methods;
  const std::function<void(const std::string&)> refused = [](const std::string& why) { say_note(why); };
  CompiledCandidates compiled =
      arguments.pick ? compile_candidates(network.model, base, candidates_of(methods, chosen),
                                          arguments.chooses_methods ? refused : nullptr)
                     : compile_candidates(network.model, base, plain_candidates(methods, chosen), nullptr);
  std::vector<Note> notes;
  for (const Explainer& explainer : compiled.explainers)
    for (const Note& note : explainer.notes())
      if (std::find(notes.begin(), notes.end(), note) == notes.end())
        notes.push_back(note);
  say_notes(notes);
  return compiled;
}

/// What the results of a photo are made by, and what they depend on.
FaithfulnessPlan plan_of(const Arguments& arguments, const Network& loaded, const PictureInputs& inputs,
                         int threads) {
  ProgramOptions options =
      program_options(loaded, arguments.model, Direction::Forward, scoring_batch(threads));
  options.threads = threads;
  const auto scores = compile_for_crops(loaded, options);
  check_labels(loaded, *scores);
  ObjectTruths truths = truths_of(arguments, loaded.labels, scores->classes());
  check_truths(arguments, truths, inputs);
  FaithfulnessProtocol protocol = protocol_of(arguments);
  protocol.curves.batch = scores->options().batch;
  const Shape& pictures = scores->inputs().front().shape;
  protocol.check_fits(pictures[2], pictures[3]);
  return {compile_methods(arguments, loaded, threads),
          scores,
          std::move(truths),
          protocol,
          arguments.class_index(loaded.labels, scores->classes()),
          small_picture};
}

nlohmann::ordered_json run_settings(const Arguments& arguments, const std::vector<std::string>& methods) {
  nlohmann::ordered_json shown = settings_of(arguments);
  shown["methods"] = methods;
  nlohmann::ordered_json settings = faithfulness_settings(shown, methods, arguments.seed());
  if (!arguments.truth.empty())
    settings["truth"] = Fingerprint().add(read_file(arguments.truth, kMaxTruthBytes)).text();
  return settings;
}

int evaluate_faithfulness(Command verb, Arguments arguments) {
  if (arguments.methods.empty() && !arguments.pick)
    throw UsageError("the option --methods is missing, or --pick, which chooses some by itself");
  arguments.chooses_methods = arguments.methods.empty();
  if (arguments.chooses_methods)
    arguments.methods = methods_to_pick_from();
  const PictureInputs inputs(arguments.checked_images());
  const Network loaded = load_network(arguments.model);
  const ThreadPartition partition = partition_photos(arguments.model, true, inputs.size());
  const FaithfulnessPlan plan = plan_of(arguments, loaded, inputs, partition.threads);
  arguments.prepare(faithfulness_files(arguments.output));
  ManyPhotosCommand command{verb, arguments.many, inputs, loaded, partition.workers, arguments.output};
  command.settings = run_settings(arguments, plan.methods.names);
  command.format = arguments.format;
  command.final_step = end_faithfulness;
  LowestValues hardest(kHardestShown);
  FaithfulnessClock clock;
  std::mutex mutex;
  MissingFiles missing;  // in archives
  command.make_worker = [&]() -> PhotoWorker {
    auto judge = std::make_shared<FaithfulnessJudge>(plan, hardest, clock);
    return [&, judge](const Picture& picture) -> PhotoResult {
      if (picture.bytes && !plan.truths.empty()) {
        const std::lock_guard lock(mutex);
        missing.add(picture.name, !plan.truths.knows(picture.name));
      }
      JudgedInput input{picture.name, read_picture(picture), picture.place.number(), {}};
      if (picture.bytes)
        input.orientation = [&] { return decode_orientation(*picture.bytes, picture.name); };
      return {.data = to_data(judge->judge(std::move(input)))};
    };
  };
  const int code = run_command(command);
  tell_of_missing_truths(arguments, missing);
  if (const std::string times = clock.text(); !times.empty())
    say("fovea: note: {}\n", times);
  return code;
}

}  // namespace

int end_faithfulness(const ResultStore& store, const ResultFormat& format) {
  if (store.is_finished())
    return print_earlier_summary(store, format);
  const std::string& folder = store.files().folder;
  const FaithfulnessResults results = read_faithfulness(store);
  const std::vector<MethodMeans> means = means_of(results);
  write_faithfulness(results, means, folder);
  write_faithfulness_page(results, means, evaluation_page(folder), line_of(store));
  const nlohmann::ordered_json summary = summary_json(results, means);
  if (!format.is_text())
    print_results(format, summary, method_records(summary));
  else
    print_lines(summary_text(results, means));
  return results.failures() == 0 ? 0 : 1;
}

void add_faithfulness(Command evaluate) {
  auto arguments = std::make_shared<Arguments>();
  Command verb = evaluate.add_command(
      "faithfulness", "Measure whether maps show what the network uses: several methods beside control maps");
  arguments->add_to(verb, false);
  Option truth =
      verb.add_option("--truth", arguments->truth,
                      "known boxes, a CSV as for 'evaluate localization', for the pointing game and the "
                      "energy on the object; where it names a class, that class is explained")
          .check(file_or_folder());
  verb.add_option("--masks", arguments->masks,
                  "instead of --truth: a folder of masks, NAME.png for the picture NAME")
      .check(file_or_folder())
      .excludes(truth);
  verb.add_flag(
      "--pick", arguments->pick,
      "recommend one of the methods, or of some if none are named, and its settings, and say whether "
      "these photos decide");
  verb.add_option("--measures", arguments->measures,
                  "what to measure, separated by commas: see 'fovea list measures'")
      .delimiter(',')
      .check(one_of(map_measure_names()))
      .shows_default();
  verb.add_option("--steps", arguments->steps, "number of steps of the insertion and deletion curves")
      .check(whole_number(1, 100000))
      .shows_default();
  verb.add_option("--area-tolerance", arguments->area_tolerance,
                  "leave out steps of these curves where their areas change by about that at most; 0: none")
      .check(between(0.0, 1.0))
      .shows_default();
  verb.add_option("--blur", arguments->blur,
                  "blur of the picture that insertion starts from, as a share of its side")
      .check(between(0.0, 1.0))
      .shows_default();
  verb.add_option("--subsets", arguments->subsets,
                  "number of random sets of pixels for each n of sensitivity-n; 0: leave it out")
      .check(whole_number(0, 1000000))
      .shows_default();
  verb.add_option("--superpixels", arguments->superpixels, "number of superpixels of the picture, for irof")
      .check(whole_number(1, 100000000))
      .shows_default();
  verb.add_option("--noisy-copies", arguments->noisy_copies,
                  "number of noisy pictures for max_sensitivity, input_stability and output_stability")
      .check(whole_number(1, 1000000))
      .shows_default();
  verb.add_option("--radius", arguments->radius,
                  "bound of this noise, as a share of the range of the picture's values")
      .check(not_negative())
      .shows_default();
  verb.add_option("--tolerance", arguments->tolerance,
                  "tolerance of the pointing game, in the photo's pixels")
      .check(not_negative())
      .shows_default();
  verb.add_example("fovea evaluate faithfulness photos/ --methods gradient,grad-cam,lrp -o out",
                   "three methods, compared by hiding what they show");
  verb.add_example("fovea evaluate faithfulness photos/ --methods grad-cam --truth b.csv -o out",
                   "also how often a map points at the object");
  verb.add_example("fovea evaluate faithfulness photos/ --methods lrp --measures all -o out",
                   "by every measure there is");
  verb.add_example("fovea evaluate faithfulness photos/ --pick -m net.onnx -o out",
                   "which method to take for this network, by a few photos");
  verb.add_example("fovea evaluate faithfulness p.tar --methods lrp --shard 1/8 --resume -o out",
                   "the first of eight parts of an archive of photos");
  verb.runs([arguments, verb] { return evaluate_faithfulness(verb, *arguments); });
}

}  // namespace fovea::cli
