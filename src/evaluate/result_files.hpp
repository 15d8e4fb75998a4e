#pragma once

#include "evaluate/shard.hpp"
#include "fovea/error.hpp"
#include "fovea/evaluate_localization.hpp"

#include <nlohmann/json_fwd.hpp>

#include <cstddef>
#include <string>
#include <vector>

/// The files of an evaluation of localisation: their names, reading them back, and comparing settings.
namespace fovea {

/// The files of one shard in a folder.
struct ResultFiles {
  ResultFiles(const std::string& folder, const Shard& shard);
  std::string rows;      ///< images.csv: one line for each image
  std::string partial;   ///< images.csv.partial: the same while it grows
  std::string settings;  ///< settings.json: what the rows were made with
  std::string summary;   ///< summary.json
  std::string page;      ///< report.html
};

/// Results that a run which is resumed could complete or use, but that stand in the way otherwise.
class UnfinishedResults : public InputError {
public:
  using InputError::InputError;
};

/// Lines of results and what they say.
struct ResultRows {
  std::vector<std::string> lines;
  std::vector<ImageResult> results;
  std::size_t bytes = 0;  ///< of the file's beginning that they take, header included
};
/// The rows at the beginning of a file that are whole and those of `places`, in order: what can be relied on
/// after the writing was cut off anywhere. InputError only for a file that cannot be read.
ResultRows read_beginning(const std::string& path, const std::vector<std::int64_t>& places);
/// The rows of a finished file. InputError naming the line when they are not those of `places`.
ResultRows read_finished(const std::string& path, const std::vector<std::int64_t>& places);

/// InputError naming the file when it holds no JSON object.
nlohmann::ordered_json read_settings(const std::string& path);
/// What differs first between two settings, "crops is 10 there and 1 here"; empty for equal ones. Fields
/// within objects have their path as their name: "preprocessing.scale".
std::string settings_difference(const nlohmann::ordered_json& there, const nlohmann::ordered_json& here);

}  // namespace fovea
