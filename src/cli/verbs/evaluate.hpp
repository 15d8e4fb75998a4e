#pragma once

#include "cli/kit/many_photos.hpp"
#include "cli/kit/method_options.hpp"
#include "cli/kit/model_options.hpp"
#include "cli/kit/picture_arguments.hpp"
#include "cli/kit/progress_bar.hpp"
#include "cli/kit/result_format.hpp"
#include "cli/verbs/verbs.hpp"
#include "evaluate/events.hpp"
#include "fovea/classify.hpp"

#include <nlohmann/json.hpp>

#include <optional>
#include <string>
#include <vector>

/// Common declarations of the commands below `fovea evaluate`; each has a file of its own.
namespace fovea::cli {

/// The options of `faithfulness` and `sanity`: pictures, methods and the view.
struct MapEvaluationOptions {
  ModelOptions model;
  MethodArguments method_options;
  PictureArguments images;
  ManyPhotosArguments many;
  std::vector<std::string> methods;
  std::string target = "auto";
  std::string view = "whole";
  std::string output;
  ResultFormat format;

  /// `are_methods_required`: whether --methods must be given.
  void add_to(Command verb, bool are_methods_required = true);
  /// Prepares the output folder for these files and the page, before the work on them.
  void prepare(std::vector<std::string> files) const;
  /// The pictures, as PictureArguments::expand. UsageError for a method that comes twice.
  std::vector<std::string> checked_images();
  Crops crops() const { return view == "whole" ? Crops::Whole : Crops::One; }
  std::uint64_t seed() const { return method_options.options.seed; }
  /// The class of --class; none for auto. InputError as Labels::find.
  std::optional<std::int64_t> class_index(const Labels& labels, std::int64_t classes) const;
  /// Everything that results depend on except the pictures.
  nlohmann::ordered_json settings() const;
};

/// The page of an evaluation whose results are in that folder.
std::string evaluation_page(const std::string& folder);
/// Prints what an earlier run has written, by the summary in its folder. Returns the exit code: 1 if photos
/// failed.
int print_earlier_summary(const ResultStore& store, const ResultFormat& format);
/// The final steps of the two, which need the data of the run alone.
int end_faithfulness(const ResultStore& store, const ResultFormat& format);
int end_sanity(const ResultStore& store, const ResultFormat& format);

/// What is merged.
struct MergeArguments {
  std::vector<std::string> inputs;
  ResultFormat format;
  std::string output;
  bool allow_failures = false;
  std::string command_line;  ///< to display on the page
};
/// Merges the shards of any run over many photos, an evaluation of localisation among them, and prints what
/// there is. Returns the exit code.
int merge_results(const MergeArguments& arguments);
/// Merges the shards of an evaluation of localisation and prints its summary. Returns the exit code.
int merge_evaluations(const MergeArguments& arguments);

/// Events of an evaluation that update the display.
EvaluationEvents events_of(ProgressDisplay& display);

void add_localization(Command evaluate);
void add_merge_of_evaluations(Command evaluate);
void add_faithfulness(Command evaluate);
void add_sanity(Command evaluate);

}  // namespace fovea::cli
