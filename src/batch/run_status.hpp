#pragma once

#include "batch/shard.hpp"

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// How far runs over many photos are, by nothing but the files that they write.
namespace fovea {

/// A shard that has begun.
struct ShardStatus {
  Shard shard = {};
  std::string file = {};  ///< that tells of it: its manifest
  bool is_finished = false;
  std::int64_t photos = 0, failed = 0;               ///< done, and those of them without a result
  std::optional<double> seconds = {};                ///< that it has worked, until its last photo
  std::optional<std::int64_t> expected_photos = {};  ///< none: of archives, in which nobody has counted them
  std::optional<double> share_done = {};             ///< 0 to 1, of its photos or of its archives
  double silence = 0;                                ///< seconds since its files last changed

  /// Whether it is not finished and has written something within the last minute, or within twenty times its
  /// mean time for a photo, if that is longer.
  bool is_running() const;
  /// Photos in a second; none before the first photo.
  std::optional<double> rate() const;
  /// Seconds that it still needs if it goes on as until now; none if that is not known.
  std::optional<double> seconds_left() const;
};

/// The shards of one run.
struct RunStatus {
  std::string output;    ///< where they are: a folder, or an archive
  std::string command;   ///< that makes them: "saliency"
  std::string settings;  ///< that they have in common, as a text to compare
  std::int64_t of = 1;
  bool is_merged = false;                ///< the merged results are there, too
  std::vector<ShardStatus> shards = {};  ///< those that have begun, by their numbers

  /// The numbers of the others.
  std::vector<std::int64_t> missing() const;
};

/// Sums over the shards of a run; those that are unknown of one shard are unknown.
struct RunTotals {
  std::int64_t done = 0, running = 0, silent = 0, missing = 0;  ///< shards
  std::int64_t photos = 0, failed = 0;
  std::optional<std::int64_t> expected_photos = {};
  /// Photos in a second: of all running shards together; where none is running, of a shard on average.
  std::optional<double> rate = {};
  std::optional<double> seconds_left = {};  ///< until the last running shard is done
};
RunTotals totals_of(const RunStatus& run);

/// The runs that have manifests in a folder or, where that has none, in the folders directly in it; or those
/// of an output "maps.tar". InputError naming a manifest that cannot be read.
std::vector<RunStatus> runs_in(const std::string& place);
/// Runs found in different folders of `place`, with those made one that are of the same settings, divided
/// alike, and have no shard twice.
std::vector<RunStatus> joined_runs(std::vector<RunStatus> runs, const std::string& place);

/// InputError that names the first difference if an output has shards of a run with other settings, which no
/// shard with these could go on with. Settings that a run adds by itself may be missing.
void check_earlier_shards(const std::string& output, const nlohmann::ordered_json& settings);

/// Adds a shard to the run of the same output, settings and number of shards, or to a new one.
void add_shard(std::vector<RunStatus>& runs, RunStatus run, ShardStatus shard);
/// The folders directly in a folder, sorted; none if it cannot be read.
std::vector<std::string> folders_in(const std::string& place);
/// Seconds since the last change of any of the files; 0 if none exists.
double silence_of(const std::vector<std::string>& paths);

}  // namespace fovea
