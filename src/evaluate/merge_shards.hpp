#pragma once

#include "evaluate/result_files.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace fovea {

/// The results of all shards of an evaluation, equal to those of a single run.
struct MergedResults {
  std::vector<ImageResult> results;
  nlohmann::ordered_json settings;
  ResultFiles files;  ///< the files of the merged results
};

/// Reads the shards from `inputs`, folders of results or files images-I-of-N.csv, and writes rows and
/// settings into the folder `output`, which is created. InputError that names missing shards, a repeated
/// shard or one of another division, a shard with different settings and the first such setting, a damaged
/// row, and a folder that holds other results; UnfinishedResults for a shard that is not finished.
MergedResults merge_shards(const std::vector<std::string>& inputs, const std::string& output);

}  // namespace fovea
