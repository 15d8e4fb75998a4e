#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace fovea {

/// A command over many photos as jobs of Slurm: a job array, each of whose tasks does a shard, and a job that
/// merges the shards.
struct SlurmJobs {
  std::int64_t tasks = 8;
  std::int64_t cpus = 1;                  ///< of each task
  std::string name = {};                  ///< of the jobs
  std::string folder = {};                ///< an absolute path: where they run
  std::string logs = {};                  ///< folder of their logs, which is made
  std::string output = {};                ///< of the run: a folder, or an archive
  std::vector<std::string> command = {};  ///< of a task: the program and its arguments
  std::vector<std::string> merge = {};    ///< of the job behind them; not submitted where there is one task
  /// Limits that sbatch is given where they are not empty, in its own words.
  std::string time = {}, memory = {}, partition = {}, account = {};
  std::vector<std::string> options = {};  ///< further options of sbatch: "--constraint=avx512"
  std::string comment = {};               ///< the script's first line
};

/// A shell script that submits the jobs by sbatch and prints their numbers. A task whose time is nearly over
/// (SIGUSR1, a minute before) and that ends with exit code 75 is put back into the queue, as are, up to three
/// times, one that a signal ended and any that lost its node; the merging job follows once all have ended
/// with exit code 0. Any text may stand in arguments and paths, line ends among it. InputError for a folder
/// of logs whose name sbatch would change: one with a backslash.
std::string slurm_script(const SlurmJobs& jobs);

}  // namespace fovea
