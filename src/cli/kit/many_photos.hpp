#pragma once

#include "batch/many_photos.hpp"
#include "batch/merge_runs.hpp"
#include "cli/kit/command.hpp"
#include "cli/kit/model_options.hpp"
#include "cli/kit/result_format.hpp"
#include "fovea/batch.hpp"

#include <nlohmann/json.hpp>

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

/// What commands have in common that work on many photos with shards, a table of results and a manifest, and
/// can go on after they were stopped.
namespace fovea::cli {

/// The division of threads among pictures: as `partition_threads`, but for runs over many, whose number
/// nobody needs to know, each worker has one thread, and --threads is the number of workers unless --workers
/// is given. Their results are therefore the same for any number of either.
ThreadPartition partition_photos(const ModelOptions& options, bool are_many, std::size_t pictures);

/// InputError for an input that is not there, or a folder without pictures, which would only cost a row. Of
/// many inputs the first thousand are checked.
void check_inputs(const PictureInputs& inputs);

struct ManyPhotosArguments {
  std::string shard;
  std::string table;         ///< empty: not given
  std::string archive_size;  ///< empty: not given
  bool resume = false;
  bool allow_failures = false;

  /// Adds --shard, --resume, --allow-failures and --table.
  void add_to(Command verb);
  /// Adds --shard, --resume and --allow-failures, for commands whose results are no table of rows.
  void add_without_table_to(Command verb);
  /// Adds --archive-size, for commands that write files for each photo.
  void add_archive_size_to(Command verb);
  /// UsageError for a text that is no amount, and for an output that is no archive.
  std::uint64_t archive_bytes(const std::string& output) const;
  /// Whether a command line asks for a table and a manifest: by one of these options, an archive among the
  /// inputs or one as output.
  bool are_asked_for(const PictureInputs& inputs, const std::string& output) const;
};

/// What a command does once all photos of a run are done that is not one of several shards: it makes the
/// results of the data (`for_each_photo`) and prints them. Where the store is finished, an earlier run has
/// made them. Returns the exit code.
using FinalStep = std::function<int(const ResultStore& store, const ResultFormat& format)>;

/// A command over many photos.
struct ManyPhotosCommand {
  Command verb;
  const ManyPhotosArguments& arguments;
  const PictureInputs& inputs;
  const Network& network;
  std::size_t workers = 1;
  std::string output = {};
  /// What results depend on besides the network, the inputs and the options that the command line gives.
  nlohmann::ordered_json settings = nlohmann::ordered_json::object();
  ResultFormat format = {};
  std::function<PhotoWorker()> make_worker = {};
  PhotoGroups groups = {};  ///< in place of workers
  /// Of a command whose results are made once all photos are done; empty: they are the table and the photos'
  /// files. Such a command replaces what a final step has finished, unless it is given --shard or --resume.
  FinalStep final_step = {};
  /// Whether the final step needs the network or the photos again. The manifest then names the arguments and
  /// the working folder, with which `run_again` does it for merged shards.
  bool is_run_again = false;
  bool writes_no_pictures = false;  ///< but a table alone, which may lie among the photos
};
/// Does all photos of the shard, shows the progress, and prints what there is in the end. Returns the exit
/// code: 1 if a photo has no result, unless that is allowed. UsageError for options that contradict each
/// other or an output that is none for many; OutputError if the output would replace what is read;
/// Interrupted at a signal; OutputError, with a note about going on, if a disk is full.
int run_command(const ManyPhotosCommand& command);

/// The exit code of a final step: 0 in place of 1 where photos without a result are allowed.
int without_failures(int code, bool are_allowed);

/// The command line as a page shows it, by the manifest: the same for all shards, and for a run that was
/// stopped.
std::string line_of(const ResultStore& store);
/// Ends merged shards by a final step that needs the data alone.
int end_merged(const MergedRun& merged, const FinalStep& step, const ResultFormat& format);
/// Ends merged shards by running their command again, in its folder, with --resume, so that it does its final
/// step alone. `add`: adds the command. `output`: what was merged into. InputError naming the manifest if it
/// does not hold the arguments.
int run_again(void (*add)(Command app), const std::string& manifest, const std::string& output);

}  // namespace fovea::cli
