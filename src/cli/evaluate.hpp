#pragma once

#include "cli/localize.hpp"
#include "fovea/evaluate_localization.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

/// What the files of `fovea evaluate` share: evaluate.cpp parses, evaluate_run.cpp goes through the images,
/// evaluate_merge.cpp puts shards together, evaluate_files.cpp names, reads and compares files,
/// evaluate_summary.cpp prints.
namespace fovea::cli {

struct EvaluateArguments {
  LocalizeArguments localize;  ///< the model, the map and the cut
  std::string images;          ///< the folder of pictures
  std::string truth;           ///< a CSV, or a folder of XML files
  DevkitFiles devkit;          ///< what goes with a folder of XML files
  std::int64_t guesses = 5;
  std::string shard;
  bool resume = false;
  bool json = false;
  std::string output;
  std::string command_line;  ///< for the page
};

struct MergeArguments {
  std::vector<std::string> inputs;
  bool json = false;
  std::string output;
  std::string command_line;
};

/// One of several parts of an evaluation: the images number - 1, number - 1 + of, ... of the ground truth.
struct Shard {
  std::int64_t number = 1;  ///< from 1
  std::int64_t of = 1;

  /// "" for the only one, else "-2-of-8".
  std::string suffix() const;
  /// The places of its images among `total`, ascending.
  std::vector<std::int64_t> places(std::int64_t total) const;
};
/// "2/8"; empty: the only one. UsageError for anything else.
Shard parse_shard(const std::string& text);

/// The files of one shard in a folder.
struct ResultFiles {
  ResultFiles(const std::string& folder, const Shard& shard);
  std::string rows;      ///< images.csv: one line for each image
  std::string partial;   ///< images.csv.partial: the same while it grows
  std::string settings;  ///< settings.json: what the rows were made with
  std::string summary;   ///< summary.json
  std::string page;      ///< report.html
};

/// Lines of results and what they say.
struct ResultRows {
  std::vector<std::string> lines;
  std::vector<ImageResult> results;
  std::size_t bytes = 0;  ///< of the file's beginning that they take, header included
};
/// The rows at the beginning of a file that are whole and those of `places`, in order: what can be relied on
/// after the writing was cut off anywhere.
ResultRows read_beginning(const std::string& path, const std::vector<std::int64_t>& places);
/// The rows of a finished file. InputError naming the line when they are not those of `places`.
ResultRows read_finished(const std::string& path, const std::vector<std::int64_t>& places);

nlohmann::ordered_json read_settings(const std::string& path);
/// What differs first between two settings, "crops is 10 there and 1 here"; empty for equal ones.
std::string difference(const nlohmann::ordered_json& there, const nlohmann::ordered_json& here);

/// What a summary is written from.
struct EvaluatedImages {
  const std::vector<ImageResult>& results;
  const nlohmann::ordered_json& settings;
  std::string folder;  ///< of the pictures; empty: not known
  Labels labels;       ///< of the classes; empty: not known
  std::string command_line;
};
/// Writes summary.json and the page and prints the summary. Returns the exit code: 1 when an image failed.
int report_summary(const EvaluatedImages& images, const ResultFiles& files, bool json);
/// Writes the page of an evaluation.
void write_localization_page(const EvaluatedImages& images, const LocalizationSummary& summary,
                             const std::string& file);

int evaluate_localization(const EvaluateArguments& arguments);
int merge_evaluations(const MergeArguments& arguments);

}  // namespace fovea::cli
