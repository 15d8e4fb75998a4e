#pragma once

#include "batch/result_table.hpp"

#include <string>
#include <vector>

namespace fovea {

/// A file of results by its name below the output.
struct ResultFile {
  std::string name;
  std::string bytes;
};

/// All that one photo gives.
struct PhotoResult {
  std::vector<TableRow> rows = {};
  std::vector<ResultFile> files = {};
  /// JSON in one line, for the final step of a run that has one (`RunDescription::has_data`).
  std::string data = {};
  std::string error = {};                  ///< a sentence if there is no result, or not every one
  std::vector<std::string> warnings = {};  ///< for who watches the run
};

}  // namespace fovea
