#include "cli/kit/output.hpp"
#include "cli/verbs/evaluate.hpp"
#include "evaluate/faithfulness_results.hpp"
#include "evaluate/missing_files.hpp"
#include "fovea/batch.hpp"
#include "report/faithfulness_page.hpp"

#include <algorithm>

namespace fovea::cli {
namespace {

struct Arguments : MapEvaluationOptions {
  std::string truth, masks;
  std::int64_t steps = 50, subsets = 50;
  double blur = 0.1, tolerance = kPointingTolerance;
};

FaithfulnessProtocol protocol_of(const Arguments& arguments) {
  FaithfulnessProtocol protocol;
  protocol.curves.steps = arguments.steps;
  protocol.blur = arguments.blur;
  protocol.subsets = std::max<std::int64_t>(arguments.subsets, 2);
  if (arguments.subsets == 0)
    protocol.set_shares.clear();
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

void check_truths(const Arguments& arguments, const ObjectTruths& truths,
                  const std::vector<std::string>& images) {
  const std::string& source = arguments.masks.empty() ? arguments.truth : arguments.masks;
  const MissingFiles missing = pictures_without_truth(truths, images);
  check_truth_fits(missing, source);
  if (missing.is_any())
    say("fovea: note: {}: knows nothing of {} pictures, such as '{}', so their maps are not judged by it\n",
        source, missing.count(), missing.first);
}

nlohmann::ordered_json settings_of(const Arguments& arguments) {
  nlohmann::ordered_json settings = arguments.settings();
  settings["steps"] = arguments.steps;
  settings["subsets"] = arguments.subsets;
  settings["blur"] = arguments.blur;
  settings["tolerance"] = arguments.tolerance;
  return settings;
}

/// An explainer of all methods. Tells its notes.
Explainer compile_methods(const Arguments& arguments, const Network& network, int threads) {
  Explainer explainer(network.model,
                      explain_options(network, arguments.model, arguments.methods,
                                      arguments.method_options.chosen(), arguments.crops(), threads));
  say_notes(explainer.notes());
  return explainer;
}

int evaluate_faithfulness(Arguments arguments) {
  const std::vector<std::string> images = arguments.checked_images();
  const Network loaded = load_network(arguments.model);
  const ThreadPartition partition =
      partition_threads(images.size(), arguments.model.workers, arguments.model.threads);
  constexpr std::int64_t batch = 8;
  ProgramOptions options = program_options(loaded, arguments.model, Direction::Forward, batch);
  options.threads = partition.threads;
  const auto scores = compile_for_crops(loaded, options);
  check_labels(loaded, *scores);
  ObjectTruths truths = truths_of(arguments, loaded.labels, scores->classes());
  check_truths(arguments, truths, images);
  FaithfulnessProtocol protocol = protocol_of(arguments);
  protocol.curves.batch = scores->options().batch;
  const FaithfulnessRun run{
      images,   compile_methods(arguments, loaded, partition.threads),   scores,           std::move(truths),
      protocol, arguments.class_index(loaded.labels, scores->classes()), partition.workers};
  arguments.prepare(faithfulness_files(arguments.output));

  FaithfulnessResults results;
  results.methods = arguments.methods;
  results.methods.insert(results.methods.end(), kControlMaps.begin(), kControlMaps.end());
  results.settings = settings_of(arguments);
  results.seed = arguments.seed();
  {
    ProgressDisplay display;
    results.images = run_faithfulness(run, events_of(display));
  }
  const std::vector<MethodMeans> means = means_of(results);
  write_faithfulness(results, means, arguments.output);
  write_faithfulness_page(results, means, arguments.page(), arguments.command_line);
  const nlohmann::ordered_json summary = summary_json(results, means);
  if (!arguments.format.is_text())
    print_results(arguments.format, summary, method_records(summary));
  else
    print_lines(summary_text(results, means));
  return results.failures() == 0 ? 0 : 1;
}

}  // namespace

void add_faithfulness(Command evaluate) {
  auto arguments = std::make_shared<Arguments>();
  Command verb = evaluate.add_command(
      "faithfulness", "Measure whether maps show what the network uses: several methods beside control maps");
  arguments->add_to(verb);
  Option truth =
      verb.add_option("--truth", arguments->truth,
                      "known boxes, a CSV as for 'evaluate localization', for the pointing game and the "
                      "energy on the object; where it names a class, that class is explained")
          .check(file_or_folder());
  verb.add_option("--masks", arguments->masks,
                  "instead of --truth: a folder of masks, NAME.png for the picture NAME")
      .check(file_or_folder())
      .excludes(truth);
  verb.add_option("--steps", arguments->steps, "number of steps of the insertion and deletion curves")
      .check(whole_number(1, 100000))
      .shows_default();
  verb.add_option("--blur", arguments->blur,
                  "blur of the picture that insertion starts from, as a share of its side")
      .check(between(0.0, 1.0))
      .shows_default();
  verb.add_option("--subsets", arguments->subsets,
                  "number of random sets of pixels for each n of sensitivity-n; 0: leave it out")
      .check(whole_number(0, 1000000))
      .shows_default();
  verb.add_option("--tolerance", arguments->tolerance,
                  "tolerance of the pointing game, in the photo's pixels")
      .check(not_negative())
      .shows_default();
  verb.add_example(
      "fovea evaluate faithfulness photos/ -m net.onnx --methods gradient,grad-cam,lrp -o results",
      "three methods, compared by hiding what they show");
  verb.add_example(
      "fovea evaluate faithfulness photos/ -m net.onnx --methods grad-cam --truth boxes.csv -o results",
      "also how often a map points at the object");
  verb.runs([arguments, verb] {
    arguments->command_line = verb.line();
    return evaluate_faithfulness(*arguments);
  });
}

}  // namespace fovea::cli
