#include "batch/run_files.hpp"
#include "batch/run_status.hpp"
#include "cli/kit/output.hpp"
#include "cli/kit/terminal.hpp"
#include "cli/verbs/verbs.hpp"
#include "evaluate/evaluation_status.hpp"
#include "fovea/error.hpp"
#include "report/run_status_text.hpp"

#include <filesystem>
#include <memory>
#include <string>
#include <system_error>
#include <unistd.h>
#include <utility>
#include <vector>

namespace fovea::cli {
namespace {

struct Options {
  std::vector<std::string> places;
  bool json = false;
};

/// InputError if there are none.
std::vector<RunStatus> runs_at(const std::string& place) {
  std::vector<RunStatus> runs;
  for (auto* const find : {&runs_in, &evaluations_in})
    for (RunStatus& run : find(place))
      runs.push_back(std::move(run));
  std::error_code ignored;
  if (runs.empty() && kind_of_output(place) == OutputKind::Folder && !std::filesystem::exists(place, ignored))
    throw InputError("does not exist", place);
  if (runs.empty())
    throw InputError("tells of no run over many photos: there is no manifest, and no rows of an evaluation",
                     place);
  return runs;
}

int show_status(const Options& options) {
  std::vector<RunStatus> runs;
  bool is_one_missing = false;
  for (const std::string& place : options.places)
    try {
      for (RunStatus& run : runs_at(place))
        runs.push_back(std::move(run));
    } catch (const Error& error) {
      if (options.places.size() == 1)
        throw;
      is_one_missing = true;
      say("fovea: error: {}\n", error.what());
    }
  if (options.places.size() > 1)
    runs = joined_runs(std::move(runs), "all folders");
  auto json = nlohmann::ordered_json::array();
  for (const RunStatus& run : runs) {
    if (!options.json)
      print_lines((&run == runs.data() ? "" : "\n") + status_text(run, terminal_width(STDOUT_FILENO)));
    json.push_back(status_json(run));
  }
  if (options.json)
    print_json(json);
  return is_one_missing ? 1 : 0;
}

}  // namespace

void add_status(Command app) {
  auto options = std::make_shared<Options>();
  Command verb =
      app.add_command("status", "Show how far runs over many photos are: their shards, photos, rate "
                                "and time left");
  verb.add_option("folders", options->places,
                  "folders with results, folders of such folders, or archives .tar that a run was told to "
                  "write")
      .required()
      .check(file_or_folder());
  verb.add_flag("--json", options->json, "print JSON");
  verb.add_example("fovea status maps.tar", "the shards of a run that writes archives");
  verb.add_example("fovea status results/ --json", "all runs in a folder, for programs");
  verb.runs([options] { return show_status(*options); });
}

}  // namespace fovea::cli
