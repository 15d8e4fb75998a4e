#include "evaluate/evaluation_status.hpp"

#include "evaluate/result_parts.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

namespace fovea {
namespace {

namespace fs = std::filesystem;

std::vector<RunStatus> evaluations_of(const std::vector<ResultPart>& parts) {
  std::vector<RunStatus> runs;
  for (const ResultPart& part : parts) {
    const std::string settings_file = ResultFiles(part.folder(), part.shard).settings;
    std::error_code ignored;
    if (!fs::exists(settings_file, ignored))  // not begun: settings are written before the first row
      continue;
    const nlohmann::ordered_json settings = common_settings(part);
    const std::string text = settings.dump();
    if (part.shard.of == 1) {
      const auto shards =
          std::find_if(runs.begin(), runs.end(), [&](const RunStatus& run) { return run.settings == text; });
      if (shards != runs.end()) {
        shards->is_merged = part.finished;
        continue;
      }
    }
    const std::vector<std::int64_t> places =
        part.shard.places(settings["truth"]["images"].get<std::int64_t>());
    const ResultRows rows = read_beginning(part.path, places);
    ShardStatus shard;
    shard.shard = part.shard;
    shard.file = settings_file;
    shard.is_finished = part.finished;
    shard.photos = static_cast<std::int64_t>(rows.results.size());
    shard.failed = std::count_if(rows.results.begin(), rows.results.end(),
                                 [](const ImageResult& result) { return result.failed(); });
    shard.expected_photos = static_cast<std::int64_t>(places.size());
    shard.silence = silence_of({part.path, settings_file});
    add_shard(runs, {part.folder(), "evaluate localization", text, part.shard.of}, std::move(shard));
  }
  return runs;
}

}  // namespace

std::vector<RunStatus> evaluations_in(const std::string& place) {
  std::error_code error;
  if (!fs::is_directory(place, error))
    return {};
  if (std::vector<RunStatus> here = evaluations_of(result_parts_in(place)); !here.empty())
    return here;
  std::vector<RunStatus> runs;
  for (const std::string& folder : folders_in(place))
    for (RunStatus& run : evaluations_of(result_parts_in(folder)))
      runs.push_back(std::move(run));
  return joined_runs(std::move(runs), place);
}

}  // namespace fovea
