#include "cli/evaluate.hpp"

#include "cli/evaluate_maps.hpp"
#include "cli/verbs.hpp"

namespace fovea::cli {
namespace {

void add_localization(CLI::App& evaluate, Run& run) {
  auto arguments = std::make_shared<EvaluateArguments>();
  CLI::App* verb = evaluate.add_subcommand(
      "localization", "Errors of classes and boxes on pictures with known boxes, as ILSVRC counts them");
  verb->add_option("images", arguments->images, "folder of the pictures")->required()->check(not_empty());
  verb->add_option(
          "--truth", arguments->truth,
          "the known boxes: a CSV (file,wnid or class_index,x0,y0,x1,y1), or a folder of ILSVRC's XML "
          "files")
      ->required()
      ->check(not_empty());
  verb->add_option("--list", arguments->devkit.list, "with XML: the images to take, one a line")
      ->check(not_empty());
  CLI::Option* numbers =
      verb->add_option("--class-numbers", arguments->devkit.class_numbers,
                       "with XML: ILSVRC2012_validation_ground_truth.txt; default: the class of the objects")
          ->check(not_empty());
  CLI::Option* synsets =
      verb->add_option("--synsets", arguments->devkit.synsets, "what class numbers stand for: map_clsloc.txt")
          ->check(not_empty());
  numbers->needs(synsets);
  synsets->needs(numbers);
  verb->add_option("--guesses", arguments->guesses,
                   "boxes for the five best guesses, for the best one only, or (0) for the true class only")
      ->check(CLI::IsMember({0, 1, 5}))
      ->capture_default_str();
  verb->add_option("--shard", arguments->shard, "I/N: only the I-th of N parts, from 1; see 'merge'");
  verb->add_flag("--resume", arguments->resume, "go on where an earlier run with the same options ended");
  arguments->localize.add_method_to(*verb);
  verb->add_option("-o,--output", arguments->output, "folder for the results of each image and the summary")
      ->required()
      ->check(not_empty());
  verb->add_flag("--json", arguments->json, "print the summary as JSON");
  arguments->localize.model.add_to(*verb);
  arguments->localize.model.add_workers_to(*verb);
  verb->callback([arguments, &run] { run = [arguments] { return evaluate_localization(*arguments); }; });
}

void add_merge(CLI::App& evaluate, Run& run) {
  auto arguments = std::make_shared<MergeArguments>();
  CLI::App* verb =
      evaluate.add_subcommand("merge", "One summary from the shards of an evaluation, as from a single run");
  verb->add_option("inputs", arguments->inputs, "folders of shards' results, or files images-I-of-N.csv")
      ->required()
      ->check(not_empty());
  verb->add_option("-o,--output", arguments->output, "folder for the merged results")
      ->required()
      ->check(not_empty());
  verb->add_flag("--json", arguments->json, "print the summary as JSON");
  verb->callback([arguments, &run] { run = [arguments] { return merge_evaluations(*arguments); }; });
}

}  // namespace

void add_evaluate(CLI::App& app, Run& run) {
  CLI::App* verb =
      app.add_subcommand("evaluate", "How often boxes are right, and how far maps can be trusted");
  verb->require_subcommand(1);
  add_localization(*verb, run);
  add_merge(*verb, run);
  add_faithfulness(*verb, run);
  add_sanity(*verb, run);
}

}  // namespace fovea::cli
