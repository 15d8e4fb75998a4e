#include "batch/earlier_results.hpp"
#include "batch/merge_runs.hpp"
#include "cli/kit/many_photos.hpp"
#include "cli/kit/output.hpp"
#include "cli/kit/result_format.hpp"
#include "cli/kit/shard_option.hpp"
#include "cli/kit/usage_error.hpp"
#include "cli/verbs/evaluate.hpp"
#include "cli/verbs/verbs.hpp"
#include "fovea/error.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace fovea::cli {
namespace {

/// Does the final step of the command whose shards were merged. Returns the exit code.
int end_merged_run(const MergedRun& merged, const std::string& output, const ResultFormat& format) {
  const std::string command = description_of(merged.files.manifest).settings.value("command", "");
  if (command == "faithfulness")
    return end_merged(merged, end_faithfulness, format);
  if (command == "sanity")
    return end_merged(merged, end_sanity, format);
  for (const auto& [name, add] : {std::pair{"report", &add_report}, std::pair{"deconv", &add_deconv}})
    if (command == name)
      return run_again(add, merged.files.manifest, output);
  throw InputError(fmt::format("was made by '{}', whose shards cannot be merged", command),
                   merged.files.manifest);
}

}  // namespace

int merge_results(const MergeArguments& arguments) {
  const auto& inputs = arguments.inputs;
  const auto runs = std::count_if(inputs.begin(), inputs.end(), holds_runs);
  if (runs == 0)
    return merge_evaluations(arguments);
  if (runs < static_cast<std::ptrdiff_t>(inputs.size()))
    throw InputError("holds no manifests of shards, which the other folders do",
                     *std::find_if_not(inputs.begin(), inputs.end(), holds_runs));
  try {
    const MergedRun merged =
        merge_runs(inputs, arguments.output, {{"fovea", FOVEA_VERSION}, {"command", arguments.command_line}});
    if (merged.needs_final_step) {
      const int code = end_merged_run(merged, arguments.output, arguments.format);
      return arguments.allow_failures ? 0 : code;
    }
    const RunFiles& files = merged.files;
    const std::string archives =
        files.has_archives() ? files.archive_range(merged.counts.archives.size()) : "";
    if (arguments.format.is_text()) {
      print("{} photos of {} shards, {} without a result\n", merged.counts.photos, merged.shards,
            merged.counts.failed);
      for (const std::string& path : {files.table, archives})
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
    return merged.counts.failed > 0 && !arguments.allow_failures ? 1 : 0;
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
      .check(file_or_folder());
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
