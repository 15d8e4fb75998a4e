#pragma once

#include "batch/result_store.hpp"
#include "batch/run_files.hpp"

#include <nlohmann/json.hpp>

#include <functional>
#include <string>
#include <vector>

namespace fovea {

/// Whether a folder holds manifests of runs over many photos, a file is one, or a text names the archive that
/// a run writes, by their names.
bool holds_runs(const std::string& input);

/// The merged results of all shards of a run.
struct MergedRun {
  RunFiles files;
  RunCounts counts;
  std::int64_t shards = 0;
  /// Whether the final step of a run with data is still to be done.
  bool needs_final_step = false;
};
/// Merges the shards of a run into what a run without shards would have written, byte for byte but for the
/// manifest, which has the `about` of the merging instead. `inputs`: folders with shards, manifests,
/// or the name of the archive "maps.tar" for those of its shards beside it. `output`: of the kind of the
/// shards' outputs; files of results that lie in other folders are linked to its folder, or copied. A run
/// with data then stands as a run without shards stands before its final step: the store of `description_of`
/// it, resumed, has all photos done. Uses memory for each shard, and none for each photo. InputError that
/// names missing shards, one that comes twice, of another division, or with other settings (the first that
/// differs, the network's contents and the inputs among them), and damaged files; UnfinishedResults for a
/// shard that is not finished. OutputError; nothing is left of the table and the archive then. `before_photo`
/// is called before each photo, and what it throws ends the merge likewise. After an end at any moment, the
/// same merge succeeds.
MergedRun merge_runs(const std::vector<std::string>& inputs, const std::string& output,
                     const nlohmann::ordered_json& about, const std::function<void()>& before_photo = {});

/// The description of the run that has a manifest, with which its store goes on.
RunDescription description_of(const std::string& manifest);

}  // namespace fovea
