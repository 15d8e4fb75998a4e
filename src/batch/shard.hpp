#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fovea {

/// One of several parts of a piece of work: the items number - 1, number - 1 + of, ... of all.
struct Shard {
  std::int64_t number = 1;  ///< from 1
  std::int64_t of = 1;

  /// "" for the only shard, else "-2-of-8".
  std::string suffix() const;
  /// The places of its items among `total`, ascending.
  std::vector<std::int64_t> places(std::int64_t total) const;
};

/// Parses "2/8"; an empty text is the only shard. InputError for anything else, for numbers outside 1..of,
/// and for more than a million shards.
Shard parse_shard(std::string_view text);

/// The value of an environment variable, or none.
using Variables = std::function<std::optional<std::string>(const char* name)>;

/// A shard, and the variables that it was found in: "SLURM_ARRAY_TASK_ID=3 of 0 to 7".
struct FoundShard {
  Shard shard;
  std::string source;
};
/// The shard of this process among those that a cluster's launcher began. The task of a launcher comes from
/// the first of these pairs that is there: OMPI_COMM_WORLD_RANK and _SIZE, PMI_RANK and _SIZE, SLURM_PROCID
/// and SLURM_NTASKS. The index of a job array comes from SLURM_ARRAY_TASK_ID, _MIN, _MAX and _STEP. Where an
/// array's jobs have several tasks each, all tasks of the first job come before those of the second.
/// InputError, naming variables and values, where there are none of these or where they contradict each
/// other: half a pair, no whole number, an index outside its range, a step that does not lead there or to the
/// end, an array with gaps, ranks of two launchers that differ, and a batch script of several tasks that
/// `srun` did not start.
FoundShard find_shard(const Variables& variables);

}  // namespace fovea
