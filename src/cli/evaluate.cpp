#include "cli/evaluate.hpp"

#include "cli/evaluate_maps.hpp"
#include "cli/verbs.hpp"

namespace fovea::cli {
namespace {

void add_localization(Command evaluate) {
  auto arguments = std::make_shared<EvaluateArguments>();
  Command verb = evaluate.add_command(
      "localization", "Errors of classes and boxes on pictures with known boxes, as ILSVRC counts them");
  verb.add_option("images", arguments->images, "folder of the pictures").required().check(file_or_folder());
  verb.add_option(
          "--truth", arguments->truth,
          "the known boxes: a CSV (file,wnid or class_index,x0,y0,x1,y1), or a folder of ILSVRC's XML "
          "files")
      .required()
      .check(file_or_folder());
  verb.add_option("--list", arguments->devkit.list, "with XML: the images to take, one a line")
      .check(file_or_folder());
  Option numbers =
      verb.add_option("--class-numbers", arguments->devkit.class_numbers,
                      "with XML: ILSVRC2012_validation_ground_truth.txt; default: the class of the objects")
          .check(file_or_folder());
  Option synsets =
      verb.add_option("--synsets", arguments->devkit.synsets, "what class numbers stand for: map_clsloc.txt")
          .check(file_or_folder());
  numbers.needs(synsets);
  synsets.needs(numbers);
  verb.add_option("--guesses", arguments->guesses,
                  "boxes for the five best guesses, for the best one only, or (0) for the true class only")
      .check(one_of_numbers({0, 1, 5}))
      .shows_default();
  verb.add_option("--shard", arguments->shard, "I/N: only the I-th of N parts, from 1; see 'merge'");
  verb.add_flag("--resume", arguments->resume, "go on where an earlier run with the same options ended");
  arguments->localize.add_method_to(verb);
  verb.add_option("-o,--output", arguments->output, "folder for the results of each image and the summary")
      .required()
      .check(file_or_folder());
  verb.add_flag("--json", arguments->json, "print the summary as JSON");
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
      evaluate.add_command("merge", "One summary from the shards of an evaluation, as from a single run");
  verb.add_option("inputs", arguments->inputs, "folders of shards' results, or files images-I-of-N.csv")
      .required()
      .check(file_or_folder());
  verb.add_option("-o,--output", arguments->output, "folder for the merged results")
      .required()
      .check(file_or_folder());
  verb.add_flag("--json", arguments->json, "print the summary as JSON");
  verb.runs([arguments, verb] {
    arguments->command_line = verb.line();
    return merge_evaluations(*arguments);
  });
}

}  // namespace

void add_evaluate(Command app) {
  Command verb = app.add_command("evaluate", "How often boxes are right, and how far maps can be trusted");
  verb.needs_command();
  add_localization(verb);
  add_merge(verb);
  add_faithfulness(verb);
  add_sanity(verb);
}

}  // namespace fovea::cli
