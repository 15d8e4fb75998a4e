#include "cli/evaluate.hpp"

#include "cli/evaluate_maps.hpp"
#include "cli/verbs.hpp"

namespace fovea::cli {
namespace {

void add_localization(Command evaluate) {
  auto arguments = std::make_shared<EvaluateArguments>();
  Command verb = evaluate.add_command(
      "localization",
      "Measure the errors of classes and boxes on pictures with known boxes, as ILSVRC counts them");
  verb.add_option("images", arguments->images, "folder of pictures").required().check(file_or_folder());
  verb.add_option("--truth", arguments->truth,
                  "the known boxes: a CSV (file, wnid or class_index, x0, y0, x1, y1), or a folder of "
                  "ILSVRC's XML files")
      .required()
      .check(file_or_folder());
  verb.add_option("--list", arguments->devkit.list,
                  "with XML: a file that names the images to use, one a line")
      .check(file_or_folder());
  Option numbers =
      verb.add_option("--class-numbers", arguments->devkit.class_numbers,
                      "with XML: the devkit's class number of each image, "
                      "ILSVRC2012_validation_ground_truth.txt (default: the class of the objects)")
          .check(file_or_folder());
  Option synsets =
      verb.add_option("--synsets", arguments->devkit.synsets,
                      "with --class-numbers: the WordNet ids of the devkit's class numbers, map_clsloc.txt")
          .check(file_or_folder());
  numbers.needs(synsets);
  synsets.needs(numbers);
  verb.add_option("--guesses", arguments->guesses,
                  "5: boxes for the five best guesses; 1: for the best guess; 0: for the true class only")
      .check(one_of_numbers({0, 1, 5}))
      .shows_default();
  verb.add_option("--shard", arguments->shard,
                  "I/N: process only the I-th of N parts, counted from 1; 'fovea evaluate merge' joins them");
  verb.add_flag("--resume", arguments->resume, "continue where an earlier run with the same options ended");
  arguments->localize.add_method_to(verb);
  verb.add_option("-o,--output", arguments->output,
                  "folder for images.csv, summary.json, settings.json and report.html")
      .required()
      .check(file_or_folder());
  verb.add_flag("--json", arguments->json, "print JSON");
  arguments->localize.model.add_to(verb);
  arguments->localize.model.add_workers_to(verb);
  verb.runs([arguments, verb] {
    arguments->command_line = verb.line();
    return evaluate_localization(*arguments);
  });
}

void add_merge(Command evaluate) {
  auto arguments = std::make_shared<MergeArguments>();
  Command verb =
      evaluate.add_command("merge", "Merge the shards of an evaluation into the summary of a single run");
  verb.add_option("inputs", arguments->inputs,
                  "folders with the results of shards, or files images-I-of-N.csv")
      .required()
      .check(file_or_folder());
  verb.add_option("-o,--output", arguments->output,
                  "folder for the merged results; may be that of the shards")
      .required()
      .check(file_or_folder());
  verb.add_flag("--json", arguments->json, "print JSON");
  verb.runs([arguments, verb] {
    arguments->command_line = verb.line();
    return merge_evaluations(*arguments);
  });
}

}  // namespace

void add_evaluate(Command app) {
  Command verb =
      app.add_command("evaluate", "Measure how often boxes are right, and how far maps can be trusted");
  verb.needs_command();
  add_localization(verb);
  add_merge(verb);
  add_faithfulness(verb);
  add_sanity(verb);
}

}  // namespace fovea::cli
