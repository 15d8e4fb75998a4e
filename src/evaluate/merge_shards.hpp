#pragma once

#include "evaluate/result_files.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace fovea {

/// The results of all shards of an evaluation as a single run would have given them.
struct MergedResults {
  std::vector<ImageResult> results;
  nlohmann::ordered_json settings;
  ResultFiles files;  ///< where they are now
};

/// Reads the shards from `inputs`, folders of results or files images-I-of-N.csv, and writes rows and
/// settings into the folder `output`, which is made. InputError that names the shards which are missing, a
/// shard that comes twice or belongs to another division, a shard whose settings differ and the first setting
/// that does, a damaged row, and a folder that holds other results; UnfinishedResults for a shard that is not
/// finished.
MergedResults merge_shards(const std::vector<std::string>& inputs, const std::string& output);

}  // namespace fovea
