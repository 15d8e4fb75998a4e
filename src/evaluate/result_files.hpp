#pragma once

#include "batch/earlier_results.hpp"
#include "batch/shard.hpp"
#include "fovea/error.hpp"
#include "fovea/evaluate_localization.hpp"

#include <nlohmann/json_fwd.hpp>

#include <cstddef>
#include <string>
#include <vector>

/// The result files of an evaluation of localisation: their names, and reading them.
namespace fovea {

/// The files of one shard in a folder.
struct ResultFiles {
  ResultFiles(const std::string& folder, const Shard& shard);
  std::string rows;      ///< images.csv: one line for each image
  std::string partial;   ///< images.csv.partial: the rows of an unfinished run
  std::string settings;  ///< settings.json: the settings of the rows
  std::string summary;   ///< summary.json
  std::string page;      ///< report.html
};

/// Lines of results, and the results that they contain.
struct ResultRows {
  std::vector<std::string> lines;
  std::vector<ImageResult> results;
  std::size_t bytes = 0;  ///< the number of bytes at the file's beginning that they take, header included
};
/// The complete rows at the beginning of a file that are those of `places`, in order: everything that is
/// reliable if writing stopped at any point. InputError only for a file that cannot be read.
ResultRows read_beginning(const std::string& path, const std::vector<std::int64_t>& places);
/// The rows of a finished file. InputError naming the line when they are not those of `places`.
ResultRows read_finished(const std::string& path, const std::vector<std::int64_t>& places);

/// InputError naming the file when it holds no JSON object.
nlohmann::ordered_json read_settings(const std::string& path);

}  // namespace fovea
