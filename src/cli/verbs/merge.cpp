#include "batch/earlier_results.hpp"
#include "batch/merge_runs.hpp"
#include "cli/kit/interrupts.hpp"
#include "cli/kit/many_photos.hpp"
#include "cli/kit/output.hpp"
#include "cli/kit/result_format.hpp"
#include "cli/kit/shard_option.hpp"
#include "cli/kit/usage_error.hpp"
#include "cli/verbs/evaluate.hpp"
#include "cli/verbs/verbs.hpp"
#include "evaluate/evaluation_status.hpp"
#include "fovea/error.hpp"
#include "report/comparison_page.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

namespace fovea::cli {
namespace {

[[noreturn]] void stop_at_signal() {
  throw Interrupted(
      fmt::format("stopped by {}: the same command merges all again", InterruptScope::signal_name()));
}

/// Merges, and leaves the final step undone if a signal asked for an end.
MergedRun merge_until_signal(const MergeArguments& arguments) {
  const InterruptScope interrupts(Interrupts::All);
  const auto stop_if_asked = [&interrupts] {
    if (interrupts.asked())
      stop_at_signal();
  };
  const nlohmann::ordered_json about = {{"fovea", FOVEA_VERSION}, {"command", arguments.command_line}};
  MergedRun merged = merge_runs(arguments.inputs, arguments.output, about, stop_if_asked);
  if (merged.needs_final_step)
    stop_if_asked();
  return merged;
}

/// InputError unless all inputs exist and are results of shards of the same kind. Whether these are
/// evaluations of localisation, which have no manifests.
bool are_evaluations(const std::vector<std::string>& inputs) {
  std::error_code ignored;
  for (const std::string& input : inputs)
    if (!holds_runs(input) && !std::filesystem::exists(input, ignored))
      throw InputError("does not exist", input);
  const auto run = std::find_if(inputs.begin(), inputs.end(), holds_runs);
  const auto other = std::find_if_not(inputs.begin(), inputs.end(), holds_runs);
  if (run != inputs.end() && other != inputs.end())
    throw InputError(
        evaluations_in(*other).empty()
            ? fmt::format("holds no manifests of shards, which {} does", *run)
            : fmt::format("holds an evaluation of localization, but {} the shards of another command: merge "
                          "them one by one",
                          *run),
        *other);
  return run == inputs.end();
}

/// The exit code of a run whose results were whole before. A comparison that failed its gate fails it still.
int code_of_whole_run(const MergedRun& merged, const MergeArguments& arguments) {
  const std::string command = description_of(merged.files.manifest).settings.value("command", "");
  if (command == "compare" && !passed_gate(arguments.output)) {
    say("fovea: the gate is failed: see {}\n", arguments.output);
    return kGateFailed;
  }
  return merged.counts.failed > 0 && !arguments.allow_failures ? 1 : 0;
}

/// Does the final step of the command whose shards were merged. Returns the exit code.
int end_merged_run(const MergedRun& merged, const std::string& output, const ResultFormat& format) {
  const std::string command = description_of(merged.files.manifest).settings.value("command", "");
  if (command == "faithfulness")
    return end_merged(merged, end_faithfulness, format);
  if (command == "sanity")
    return end_merged(merged, end_sanity, format);
  for (const auto& [name, add] : {std::pair{"report", &add_report}, std::pair{"deconv", &add_deconv},
                                  std::pair{"compare", &add_compare}})
    if (command == name)
      try {
        return run_again(add, merged.files.manifest, output);
      } catch (const Interrupted&) {
        stop_at_signal();
      }
  throw InputError(fmt::format("was made by '{}', whose shards cannot be merged", command),
                   merged.files.manifest);
}

}  // namespace

int merge_results(const MergeArguments& arguments) {
  if (are_evaluations(arguments.inputs))
    return merge_evaluations(arguments);
  try {
    const MergedRun merged = merge_until_signal(arguments);
    if (merged.needs_final_step) {
      const int code = end_merged_run(merged, arguments.output, arguments.format);
      return without_failures(code, arguments.allow_failures);
    }
    const int code = code_of_whole_run(merged, arguments);
    const RunFiles& files = merged.files;
    const std::string archives =
        files.has_archives() ? files.archive_range(merged.counts.archives.size()) : "";
    if (arguments.format.is_text()) {
      print("{} photo{} of {} shard{}, {} without a result\n", merged.counts.photos,
            merged.counts.photos == 1 ? "" : "s", merged.shards, merged.shards == 1 ? "" : "s",
            merged.counts.failed);
      for (const std::string& path : {files.table, archives, files.manifest})
        if (!path.empty())
          print("  {}\n", path);
    } else {
      nlohmann::ordered_json json = {{"shards", merged.shards},
                                     {"photos", merged.counts.photos},
                                     {"failed", merged.counts.failed},
                                     {"rows", merged.counts.rows}};
      for (const auto& [name, path] : {std::pair{"table", files.table}, std::pair{"manifest", files.manifest},
                                       std::pair{"archive", archives}})
        if (!path.empty())
          json[name] = path;
      print_results(arguments.format, json, nlohmann::ordered_json::array({json}));
    }
    return code;
  } catch (const UnfinishedResults& results) {
    throw InputError(fmt::format("{}: continue it with --resume", results.what()));
  }
}

void add_merge(Command app) {
  auto arguments = std::make_shared<MergeArguments>();
  Command verb = app.add_command("merge", "Merge the shards of a run over many photos, or of an evaluation, "
                                          "into what a single run writes");
  verb.add_option("inputs", arguments->inputs,
                  "folders with the results of shards, their manifests, or the archive .tar that the shards "
                  "were told to write")
      .required()
      .check(place_of_runs());
  verb.add_option("-o,--output", arguments->output,
                  "folder for the merged results, which may be that of the shards; or, for shards that are "
                  "archives, an archive .tar, and for those of a page, NAME.html")
      .required()
      .check(output_in(kMergedResults));
  add_allow_failures_to(verb, arguments->allow_failures);
  arguments->format.add_to(verb);
  verb.add_example("fovea merge shards/ -o maps.tar", "the archives and tables of all shards as one");
  verb.runs([arguments, verb] {
    arguments->command_line = verb.line();
    return merge_results(*arguments);
  });
}

}  // namespace fovea::cli
