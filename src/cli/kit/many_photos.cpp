#include "cli/kit/many_photos.hpp"

#include "base/byte_size.hpp"
#include "batch/results_and_inputs.hpp"
#include "batch/run_status.hpp"
#include "cli/kit/interrupts.hpp"
#include "cli/kit/output.hpp"
#include "cli/kit/progress_bar.hpp"
#include "cli/kit/shard_option.hpp"
#include "cli/kit/shown_line.hpp"
#include "cli/kit/standard_streams.hpp"
#include "evaluate/photo_runs.hpp"
#include "fovea/batch.hpp"
#include "fovea/error.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <limits>
#include <set>
#include <system_error>

namespace fovea::cli {
namespace {

/// Options that change no result and name no input: they say how a run is made.
const std::set<std::string>& options_of_the_run() {
  static const std::set<std::string> names = {"--help",       "--output",  "--shard",         "--resume",
                                              "--force",      "--quiet",   "--no-progress",   "--color",
                                              "--json",       "--tsv",     "--workers",       "--threads",
                                              "--max-memory", "--verbose", "--allow-failures"};
  return names;
}

/// Options that change no result, or that other settings tell of.
std::set<std::string> options_without_effect() {
  std::set<std::string> names = options_of_the_run();
  names.insert({"--files", "--recursive", "--table", "--archive-size", "--csv", "--model", "--labels"});
  return names;
}

nlohmann::ordered_json all_settings(const ManyPhotosCommand& command) {
  PhotoRun run{command.verb.describe().names.back(), command.network, command.inputs, command.settings};
  const std::set<std::string> without_effect = options_without_effect();
  for (auto& option : command.verb.given_options())
    if (without_effect.count(option.first) == 0)
      run.options.push_back(std::move(option));
  return run_settings(run);
}

nlohmann::ordered_json about(const ManyPhotosCommand& command) {
  nlohmann::ordered_json json = about_run(command.verb.line());
  if (!command.final_step)
    return json;
  const std::vector<std::string> arguments = command.verb.plain_arguments(options_of_the_run());
  json["line"] = shown_line(command.verb.describe(), arguments);
  if (command.is_run_again)
    json["run_again"] = {{"arguments", arguments}, {"folder", std::filesystem::current_path().string()}};
  return json;
}

void check_usage(const ManyPhotosCommand& command) {
  if (command.output.empty())
    throw UsageError("the option --output is missing, which archives, --shard, --resume and --table need: a "
                     "folder for the table of results");
  if (!is_tar_output(command.output) && is_graphic_path(command.output))
    throw UsageError(
        "-o names one picture, but many are given: name a folder, or an archive that ends in .tar");
  (void)command.arguments.archive_bytes(command.output);
  if (command.is_run_again && !command.arguments.shard.empty() && !archive_on_standard_input().empty())
    throw UsageError(
        "--shard does not go with an archive from standard input, which merging the shards would "
        "have to read again: name a file");
  if (command.arguments.resume && command.verb.given("--force"))
    throw UsageError("--resume continues earlier results, --force discards them: give one of them");
}

/// OutputError if the run would replace what it reads.
void check_output(const ManyPhotosCommand& command, const RunDescription& run) {
  std::vector<std::string> also_read;
  for (const auto& [name, values] : command.verb.given_options())
    if (name != "--output")
      also_read.insert(also_read.end(), values.begin(), values.end());
  check_results_are_no_inputs(run, command.inputs, also_read, command.writes_no_pictures);
}

EarlierResults treatment_of_earlier(const ManyPhotosCommand& command) {
  return command.arguments.resume                                ? EarlierResults::Resume
         : command.verb.given("--force")                         ? EarlierResults::Discard
         : command.final_step && command.arguments.shard.empty() ? EarlierResults::Replace
                                                                 : EarlierResults::Refuse;
}

/// Does the photos. Returns whether all are done.
bool run_with_progress(const ManyPhotosCommand& command, const Shard& shard, ResultStore& store,
                       const InterruptScope& interrupts) {
  ProgressDisplay display;
  const auto inputs = static_cast<std::int64_t>(command.inputs.size());
  const bool has_archives = command.inputs.has_archives();  // of how many photos nobody knows
  const auto total = has_archives ? inputs : static_cast<std::int64_t>(shard.places(inputs).size());
  ManyPhotosRun run{command.inputs, shard, command.workers, command.make_worker};
  if (!command.groups.work)
    run.before = [progress = display.progress(), total, has_archives](std::int64_t done,
                                                                      const Picture& picture) {
      progress(has_archives ? picture.place.input : done, total, picture.name);
    };
  // Of each photo all that is done with it counts alike.
  run.groups = command.groups;
  run.group_progress = [progress = display.progress(), total,
                        has_archives](std::int64_t before, std::size_t photos, std::int64_t done,
                                      std::int64_t of, const std::string& what) {
    const std::int64_t each = of / static_cast<std::int64_t>(photos);
    progress(has_archives ? done : before * each + done, has_archives ? of : total * each, what);
  };
  run.failed = display.failed();
  run.warned = [](const std::string& message) { say("fovea: warning: {}\n", message); };
  run.is_stopped = [&interrupts] { return interrupts.asked(); };
  return run_many_photos(run, store);
}

void print_summary(const ResultFormat& format, const ResultStore& store) {
  const RunCounts& counts = store.counts();
  const RunFiles& files = store.files();
  const std::string archives = files.has_archives() ? files.archive_range(counts.archives.size()) : "";
  if (format.is_text()) {
    print("{} photo{}, {} without a result\n", counts.photos, counts.photos == 1 ? "" : "s", counts.failed);
    for (const std::string& path : {files.table, archives, files.manifest})
      if (!path.empty())
        print("  {}\n", path);
    return;
  }
  nlohmann::ordered_json json = {{"photos", counts.photos}, {"failed", counts.failed}, {"rows", counts.rows}};
  for (const auto& [name, path] : {std::pair{"table", files.table}, std::pair{"manifest", files.manifest},
                                   std::pair{"archive", archives}})
    if (!path.empty())
      json[name] = path;
  print_results(format, json, nlohmann::ordered_json::array({json}));
}

/// Removes the results of a run in which no photo has any, so that the same command begins anew. Those of a
/// run that may be divided, or go on, stay.
void discard_useless(const ManyPhotosCommand& command, ResultStore& store) {
  const RunCounts& counts = store.counts();
  if (!command.arguments.resume && command.arguments.shard.empty() && counts.failed == counts.photos)
    store.discard();
}

/// Does the final step, unless an earlier run has, and prints the results.
int end_by(const FinalStep& step, ResultStore& store, const ResultFormat& format) {
  const int code = step(store, format);
  if (!store.is_finished())
    store.finish_final_step();
  return code;
}

}  // namespace

ThreadPartition partition_photos(const ModelOptions& options, bool are_many, std::size_t pictures) {
  if (!are_many)
    return partition_threads(pictures, options.workers, options.threads);
  return {
      partition_threads(std::numeric_limits<std::size_t>::max(), options.workers, options.threads).workers,
      1};
}

void check_inputs(const PictureInputs& inputs) {
  constexpr std::size_t most = 1000;  // a shared file system takes its time for each
  for (std::size_t i = 0; i < std::min(most, inputs.size()); ++i) {
    const std::string path = inputs.path(i);
    std::error_code error;
    if (const std::string reason = why_no_pictures(path); !reason.empty())
      throw InputError(reason, path);
    if (!std::filesystem::exists(path, error))
      throw InputError("is not there", path);
  }
}

void ManyPhotosArguments::add_archive_size_to(Command verb) {
  verb.in_group("Many photos")
      .add_option(
          "--archive-size", archive_size,
          "with -o NAME.tar, write archives NAME-000000.tar, NAME-000001.tar and so on of at most so "
          "many bytes, e.g. 1G; a photo's files stay together, and have an archive of their own where "
          "they are more")
      .check(not_empty());
}

std::uint64_t ManyPhotosArguments::archive_bytes(const std::string& output) const {
  if (archive_size.empty())
    return 0;
  if (!is_tar_output(output))
    throw UsageError("--archive-size is of archives: name one with -o that ends in .tar");
  try {
    return static_cast<std::uint64_t>(parse_bytes(archive_size));
  } catch (const InputError& error) {
    throw UsageError(fmt::format("--archive-size: {}, and at least 1 byte", error.what()));
  }
}

void ManyPhotosArguments::add_without_table_to(Command verb) {
  verb = verb.in_group("Many photos");
  add_shard_to(verb, shard);
  verb.add_flag(
      "--resume", resume,
      "go on where an earlier run with the same options ended, however that happened; begin if there "
      "was none");
  add_allow_failures_to(verb, allow_failures);
}

void ManyPhotosArguments::add_to(Command verb) {
  add_without_table_to(verb);
  verb = verb.in_group("Many photos");
  verb.add_option("--table", table,
                  "write a table of results and a manifest, too: csv, or jsonl for JSON lines (default with "
                  "archives, --shard and --resume: csv)")
      .check(one_of({"csv", "jsonl"}));
}

bool ManyPhotosArguments::are_asked_for(const PictureInputs& inputs, const std::string& output) const {
  return inputs.has_archives() || is_tar_output(output) || !shard.empty() || !table.empty() ||
         !archive_size.empty() || resume;
}

int without_failures(int code, bool are_allowed) {
  return code == 1 && are_allowed ? 0 : code;
}

int run_command(const ManyPhotosCommand& command) {
  check_usage(command);
  const nlohmann::ordered_json settings = all_settings(command);
  if (is_rehearsal()) {
    check_inputs(command.inputs);
    check_earlier_shards(command.output, settings);
  }
  const Shard shard = shard_of(command.arguments.shard);
  const bool has_final_step = static_cast<bool>(command.final_step);
  const TableFormat table = has_final_step                    ? TableFormat::None
                            : command.arguments.table.empty() ? TableFormat::Csv
                                                              : parse_table_format(command.arguments.table);
  const RunDescription run{command.output,
                           shard,
                           table,
                           settings,
                           about(command),
                           has_final_step,
                           command.arguments.archive_bytes(command.output)};
  check_output(command, run);
  const InterruptScope interrupts(Interrupts::All);
  try {
    ResultStore store(run, treatment_of_earlier(command));
    try {
      const bool needs_final_step = has_final_step && shard.of == 1;
      // The final step may take long, too: a run that was asked to end leaves it to the next one.
      if (!run_with_progress(command, shard, store, interrupts) || (needs_final_step && interrupts.asked()))
        throw Interrupted(fmt::format(
            "stopped by {} after {} photo{}: go on by the same command with --resume",
            InterruptScope::signal_name(), store.counts().photos, store.counts().photos == 1 ? "" : "s"));
      if (needs_final_step)
        try {
          const int code = end_by(command.final_step, store, command.format);
          return without_failures(code, command.arguments.allow_failures);
        } catch (const InputError&) {
          discard_useless(command, store);
          throw;
        }
    } catch (const OutputError&) {
      const std::int64_t photos = store.counts().photos;
      say("fovea: note: {} photo{} done: go on by the same command with --resume\n", photos,
          photos == 1 ? " is" : "s are");
      throw;
    }
    print_summary(command.format, store);
    return store.counts().failed > 0 && !command.arguments.allow_failures ? 1 : 0;
  } catch (const UnfinishedResults& results) {
    throw InputError(fmt::format(
        "{}: continue with --resume, begin anew with --force, or name another output", results.what()));
  }
}

std::string line_of(const ResultStore& store) {
  return store.about().value("line", "");
}

int end_merged(const MergedRun& merged, const FinalStep& step, const ResultFormat& format) {
  ResultStore store(description_of(merged.files.manifest), EarlierResults::Resume);
  return end_by(step, store, format);
}

int run_again(void (*add)(Command app), const std::string& manifest, const std::string& output) {
  const nlohmann::ordered_json json = read_manifest(manifest);
  std::vector<std::string> arguments;
  std::string folder;
  try {
    json.at("run_again").at("arguments").get_to(arguments);
    json.at("run_again").at("folder").get_to(folder);
  } catch (const nlohmann::json::exception&) {
    throw InputError("does not say by which command the run was made", manifest);
  }
  arguments.insert(arguments.begin(), "fovea");
  arguments.push_back("--output=" + std::filesystem::absolute(output).string());
  arguments.emplace_back("--resume");
  std::error_code error;
  std::filesystem::current_path(folder, error);
  if (error)
    throw InputError(
        fmt::format("the run was made in a folder that cannot be used here: {}", error.message()), folder);
  CommandLine line(
      "fovea", [] { return std::string(); }, "");
  add(line.root());
  std::vector<const char*> words;
  for (const std::string& argument : arguments)
    words.push_back(argument.c_str());
  const auto work = line.parse(static_cast<int>(words.size()), words.data());
  if (!work)
    throw InputError("does not say by which command the run was made", manifest);
  return (*work)();
}

}  // namespace fovea::cli
