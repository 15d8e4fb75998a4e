#include "batch/run_files.hpp"
#include "batch/run_status.hpp"
#include "batch/slurm_script.hpp"
#include "cli/kit/output.hpp"
#include "cli/kit/processes.hpp"
#include "cli/kit/shard_option.hpp"
#include "cli/kit/usage_error.hpp"
#include "cli/verbs/table.hpp"
#include "cli/verbs/verbs.hpp"
#include "evaluate/evaluation_status.hpp"
#include "fovea/error.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

namespace fovea::cli {
namespace {

namespace fs = std::filesystem;
using Words = std::vector<std::string>;

struct Options {
  SlurmJobs jobs;
  Words words;  ///< of the command
  bool prints = false;
};

/// The command whose work is divided among the tasks.
class DividedCommand {
public:
  /// Parses the words and what is added to them. UsageError as the command itself has it, and for a command
  /// that cannot be divided.
  DividedCommand(const Words& words, std::int64_t cpus) {
    if (std::find(words.begin(), words.end(), "-") != words.end())
      throw UsageError("jobs have no standard input: name a file instead of -");
    if (words.front() == "fovea")
      throw UsageError(
          "behind -- stands the command without 'fovea': leave it out, as in -- saliency photos/ -o maps");
    parse(words);
    if (!work_)
      return;
    const CommandDescription description = line_->named().describe();
    names_ = Words(description.names.begin() + 1, description.names.end());
    check_is_dividable(description);
    Command named = line_->named();
    if (named.given("--shard"))
      throw UsageError("--shard is given to each task: leave it out behind --");
    if (named.given("--force"))
      throw UsageError(
          "--force would discard what a task has done when it goes on: remove the earlier results, "
          "and leave it out behind --");
    Words added = {"--shard", "auto"};
    for (const char* flag : {"--resume", "--allow-failures", "--no-progress"})
      if (!named.given(flag))
        added.emplace_back(flag);
    if (!named.given("--threads") && !named.given("--workers"))
      added.insert(added.end(), {"--threads", std::to_string(cpus)});
    words_ = words;
    words_.insert(std::find(words_.begin(), words_.end(), "--"), added.begin(), added.end());
    parse(words_);
  }

  /// Whether there is something to do, rather than only help that was asked for and printed.
  bool is_wanted() const { return work_.has_value(); }
  const Words& words() const { return words_; }
  std::string name() const { return fmt::format("{}", fmt::join(names_, " ")); }

  /// Does everything that comes before the work itself. The errors of the command itself.
  void rehearse() const {
    const RehearsalScope scope;
    try {
      (void)(*work_)();
    } catch (const ReadyToWork&) {
      return;
    }
    throw UsageError(fmt::format("'{}' does not divide what it does with these options", name()));
  }

  /// UsageError if there is none.
  std::string output() const {
    for (const auto& [name, values] : line_->named().given_options())
      if (name == "--output" && !values.empty())
        return values.front();
    throw UsageError(fmt::format("'{}' needs -o, for its results", name()));
  }

private:
  static Words dividable_commands(const CommandDescription& root) {
    Words names;
    for_each_command(root, [&](const CommandDescription& command) {
      if (takes_shards(command))
        names.push_back(joined_names(command, " ", 1));
    });
    return names;
  }

  static bool takes_shards(const CommandDescription& command) {
    return std::any_of(command.options.begin(), command.options.end(), [](const OptionDescription& option) {
      return std::find(option.names.begin(), option.names.end(), "--shard") != option.names.end();
    });
  }

  void check_is_dividable(const CommandDescription& command) const {
    if (takes_shards(command))
      return;
    CommandLine all("fovea", {}, "");
    add_verbs(all.root(), "");
    throw UsageError(fmt::format("'{}' cannot be divided into shards; these can: {}", name(),
                                 fmt::join(dividable_commands(all.root().describe()), ", ")));
  }

  void parse(const Words& words) {
    std::vector<const char*> arguments = {"fovea"};
    for (const std::string& word : words)
      arguments.push_back(word.c_str());
    line_ = std::make_unique<CommandLine>(
        "fovea", [] { return std::string("fovea " FOVEA_VERSION); }, "");
    add_verbs(line_->root(), arguments[1]);
    work_ = line_->parse(static_cast<int>(arguments.size()), arguments.data());
  }

  std::unique_ptr<CommandLine> line_;
  std::optional<Run> work_;
  Words names_, words_;
};

/// InputError if the place of the results has some that cannot be merged with those of the tasks.
void check_earlier_results(const std::string& output, std::int64_t tasks) {
  for (auto* const find : {&runs_in, &evaluations_in})
    for (const RunStatus& run : find(output)) {
      std::error_code error;
      // Of an output that is a file, only its own runs are found.
      const bool is_here =
          kind_of_output(output) != OutputKind::Folder || fs::equivalent(run.output, output, error);
      if (is_here && run.of != tasks)
        throw InputError(
            run.of == 1
                ? "has the results of a run without shards: name another output"
                : fmt::format("has results of a run of {} shards: give --tasks {}, or name another output",
                              run.of, run.of),
            output);
    }
}

int submit(Options options, const std::string& line) {
  for (const std::string& option : options.jobs.options)
    if (!option.starts_with('-'))
      throw UsageError(
          fmt::format("--sbatch-option: expected an option such as --constraint=avx512, found '{}'", option));
  const DividedCommand command(options.words, options.jobs.cpus);
  if (!command.is_wanted())
    return 0;
  SlurmJobs jobs = options.jobs;
  jobs.output = command.output();
  if (jobs.output.find('\n') != std::string::npos)
    throw UsageError("--output: a name of several lines cannot be submitted: name another output");
  if (jobs.output.starts_with('-'))  // no option of the commands that merge and show it
    jobs.output = "./" + jobs.output;
  if (!options.prints && find_on_path("sbatch").empty())
    throw InputError(
        "sbatch is not on the PATH: submit where Slurm is installed, or write a script for that by "
        "--print");
  command.rehearse();
  check_earlier_results(jobs.output, jobs.tasks);
  const std::string program = path_of_program();
  jobs.name = "fovea-" + command.name();
  std::replace(jobs.name.begin(), jobs.name.end(), ' ', '-');
  jobs.folder = fs::current_path().string();
  const fs::path output = jobs.output;
  if (jobs.logs.empty())
    jobs.logs = kind_of_output(jobs.output) == OutputKind::Folder
                    ? (output / "logs").string()
                    : (output.parent_path() / output.stem()).string() + ".logs";
  jobs.command = {program};
  jobs.command.insert(jobs.command.end(), command.words().begin(), command.words().end());
  jobs.merge = {program, "merge", jobs.output, "-o", jobs.output, "--allow-failures"};
  jobs.comment = fmt::format("Submits jobs to Slurm; written by fovea {}: {}", FOVEA_VERSION, line);
  const std::string script = slurm_script(jobs);
  if (options.prints) {
    write_output(script);
    return 0;
  }
  if (run_shell_script(script) != 0)
    throw InputError("sbatch did not take the jobs: nothing was submitted");
  return 0;
}

}  // namespace

void add_submit(Command app) {
  Command group = app.add_command("submit", "Submit a command over many photos to a cluster");
  group.needs_command();
  auto options = std::make_shared<Options>();
  Command verb = group.add_command(
      "slurm",
      "Submit a job array of Slurm whose tasks do a shard each, and a job that merges their results");
  verb.add_option("command", options->words,
                  "behind --: the command without fovea, such as 'saliency photos/ -o maps'")
      .required();
  verb.add_option("--tasks", options->jobs.tasks, "tasks of the array, each with a shard")
      .check(whole_number(1, 1000000))
      .shows_default();
  verb.add_option("--cpus", options->jobs.cpus,
                  "processors of each task, and its threads unless the command says --threads")
      .check(whole_number(1, 65536))
      .shows_default();
  verb.add_option(
          "--time", options->jobs.time,
          "longest time of a task, in sbatch's form (4:00:00); one that needs more is stopped in time, put "
          "back into the queue and goes on")
      .check(not_empty());
  verb.add_option("--memory", options->jobs.memory, "memory of a task, in sbatch's form (4G)")
      .check(not_empty());
  verb.add_option("--partition", options->jobs.partition, "partition of the cluster").check(not_empty());
  verb.add_option("--account", options->jobs.account, "account to charge").check(not_empty());
  verb.add_option(
      "--sbatch-option", options->jobs.options,
      "a further option for sbatch, such as --sbatch-option=--constraint=avx512; may be repeated");
  verb.add_option(
          "--logs", options->jobs.logs,
          "folder for the logs of all jobs (default: logs in the output's folder, or maps.logs for maps.tar)")
      .check(not_empty());
  verb.add_flag("--print", options->prints,
                "print the script that would submit the jobs, for sh, and submit nothing");
  verb.add_example("fovea submit slurm --tasks 128 -- saliency 'p-{000..999}.tar' -o maps.tar",
                   "maps of many archives by 128 tasks");
  verb.add_example("fovea submit slurm --print -- classify photos/ -o guesses > submit.sh",
                   "the script alone, to be changed and run by sh");
  verb.runs([options, verb] { return submit(*options, verb.line()); });
}

}  // namespace fovea::cli
