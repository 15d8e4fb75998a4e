#include "batch/run_status.hpp"

#include "base/json.hpp"
#include "batch/find_manifests.hpp"
#include "batch/shard_reader.hpp"
#include "fovea/error.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <set>
#include <system_error>
#include <utility>

namespace fovea {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr double kLongestPause = 60;  ///< seconds without news of a shard that is running
constexpr double kLongestPhoto = 20;  ///< or so many times its mean time for a photo

/// What the journal of an unfinished shard tells.
struct JournalSummary {
  std::int64_t photos = 0, failed = 0;
  JournalRecord last;
};

JournalSummary read_journal(const std::string& path) {
  JournalSummary summary;
  std::ifstream file(path, std::ios::binary);
  std::string last;
  for (std::string line; std::getline(file, line) && !file.eof();) {
    if (line.empty() || line.back() != '}')
      break;
    ++summary.photos;
    // A quotation mark within a text would have a backslash before it.
    summary.failed += line.find(",\"error\":\"") != std::string::npos;
    last = std::move(line);
  }
  if (summary.photos == 0)
    return summary;
  JournalLine parsed = parse_journal_line(last);
  if (parsed.kind == JournalLine::Kind::End)  // between the last photo and the final manifest
    --summary.photos;
  summary.last = std::move(parsed.record);
  return summary;
}

/// How much of a shard is done, by the number of its inputs and the last that was begun.
void add_expectation(ShardStatus& status, const Json& settings, const JournalSummary& journal) {
  if (status.is_finished) {
    status.expected_photos = status.photos;
    status.share_done = 1.0;
    return;
  }
  const Json inputs = settings.value("inputs", Json::object());
  const auto count = inputs.value("count", std::int64_t{0}),
             archives = inputs.value("archives", std::int64_t{-1});
  const auto [number, of] = std::pair(status.shard.number, status.shard.of);
  if (archives == 0) {
    status.expected_photos = (count - number + of) / of;
    if (*status.expected_photos > 0)
      status.share_done = static_cast<double>(status.photos) / static_cast<double>(*status.expected_photos);
  } else if (archives > 0 && archives == count && status.photos > 0) {
    const bool is_by_archive = count >= of;  // as PictureInputs::is_divided_by_archives
    const std::int64_t passed = is_by_archive ? (journal.last.input - (number - 1)) / of : journal.last.input;
    const std::int64_t all = is_by_archive ? (count - number + of) / of : count;
    status.share_done = static_cast<double>(passed) / static_cast<double>(all);
  }
}

ShardStatus status_of(const RunPart& part) {
  const RunFiles files(part.output, part.shard, part.table);
  ShardStatus status;
  status.shard = part.shard;
  status.file = part.manifest_path;
  status.is_finished = part.is_finished();
  JournalSummary journal;
  if (status.is_finished) {
    const RunCounts counts = counts_in(part.manifest, part.manifest_path);
    status.photos = counts.photos;
    status.failed = counts.failed;
    status.seconds = counts.seconds;
  } else {
    journal = read_journal(files.journal);
    status.photos = journal.photos;
    status.failed = journal.failed;
    if (journal.last.seconds > 0)
      status.seconds = journal.last.seconds;
  }
  add_expectation(status, part.manifest["settings"], journal);
  status.silence = silence_of({part.manifest_path, files.journal});
  return status;
}

/// The runs of manifests in one folder.
std::vector<RunStatus> runs_of(const Manifests& manifests) {
  std::vector<RunStatus> runs;
  for (const std::vector<std::string>* const paths : {&manifests.shards, &manifests.whole})
    for (const std::string& path : *paths) {
      const RunPart part(path);
      const Json& settings = part.manifest["settings"];
      const std::string text = settings.dump();
      const auto shards = std::find_if(runs.begin(), runs.end(), [&](const RunStatus& run) {
        return run.output == part.output && run.settings == text;
      });
      if (part.shard.of == 1 && shards != runs.end())
        shards->is_merged = part.is_finished();
      else
        add_shard(runs, {part.output, settings.value("command", ""), text, part.shard.of}, status_of(part));
    }
  return runs;
}

}  // namespace

void check_earlier_shards(const std::string& output, const nlohmann::ordered_json& settings) {
  const Json given = Json::parse(json_text(settings));  // in the form in which files have them
  for (const RunStatus& run : runs_in(output)) {
    const Json there = Json::parse(run.settings);
    Json here = there;
    here.update(given);
    if (const std::string difference = settings_difference(there, here); run.of > 1 && !difference.empty())
      throw InputError(fmt::format("has shards of a run with other settings: {}: name another output, or "
                                   "remove them",
                                   difference),
                       output);
  }
}

bool ShardStatus::is_running() const {
  const double photo = photos > 0 && seconds ? *seconds / static_cast<double>(photos) : 0;
  return !is_finished && silence <= std::max(kLongestPause, kLongestPhoto * photo);
}

std::optional<double> ShardStatus::rate() const {
  if (photos == 0 || !seconds || *seconds <= 0)
    return std::nullopt;
  return static_cast<double>(photos) / *seconds;
}

std::optional<double> ShardStatus::seconds_left() const {
  if (is_finished)
    return 0;
  if (!share_done || *share_done <= 0 || !seconds)
    return std::nullopt;
  return *seconds * (1 - *share_done) / *share_done;
}

std::vector<std::string> folders_in(const std::string& place) {
  std::vector<std::string> folders;
  std::error_code error;
  for (fs::directory_iterator at(place, error), end; !error && at != end; at.increment(error)) {
    std::error_code ignored;
    if (at->is_directory(ignored))
      folders.push_back(at->path().string());
  }
  std::sort(folders.begin(), folders.end());
  return folders;
}

double silence_of(const std::vector<std::string>& paths) {
  std::optional<fs::file_time_type> latest;
  for (const std::string& path : paths) {
    std::error_code error;
    const fs::file_time_type time = fs::last_write_time(path, error);
    if (!error && (!latest || time > *latest))
      latest = time;
  }
  if (!latest)
    return 0;
  return std::max(0.0, std::chrono::duration<double>(fs::file_time_type::clock::now() - *latest).count());
}

void add_shard(std::vector<RunStatus>& runs, RunStatus run, ShardStatus shard) {
  const auto known = std::find_if(runs.begin(), runs.end(), [&](const RunStatus& other) {
    return other.output == run.output && other.settings == run.settings && other.of == run.of;
  });
  std::vector<ShardStatus>& shards =
      known == runs.end() ? runs.emplace_back(std::move(run)).shards : known->shards;
  const auto place = std::find_if(shards.begin(), shards.end(), [&](const ShardStatus& other) {
    return other.shard.number > shard.shard.number;
  });
  shards.insert(place, std::move(shard));
}

std::vector<std::int64_t> RunStatus::missing() const {
  std::vector<std::int64_t> numbers;
  auto shard = shards.begin();
  for (std::int64_t number = 1; number <= of; ++number)
    if (shard != shards.end() && shard->shard.number == number)
      ++shard;
    else
      numbers.push_back(number);
  return numbers;
}

RunTotals totals_of(const RunStatus& run) {
  RunTotals totals;
  totals.missing = run.of - static_cast<std::int64_t>(run.shards.size());
  totals.expected_photos = 0;
  double rate = 0, left = 0, seconds = 0;
  bool is_left_known = true, are_seconds_known = true;
  for (const ShardStatus& shard : run.shards) {
    totals.photos += shard.photos;
    totals.failed += shard.failed;
    ++(shard.is_finished ? totals.done : shard.is_running() ? totals.running : totals.silent);
    if (totals.expected_photos && shard.expected_photos)
      *totals.expected_photos += *shard.expected_photos;
    else
      totals.expected_photos.reset();
    are_seconds_known = are_seconds_known && shard.seconds;
    seconds += shard.seconds.value_or(0);
    if (shard.is_finished || !shard.is_running())
      continue;
    rate += shard.rate().value_or(0);
    is_left_known = is_left_known && shard.seconds_left();
    left = std::max(left, shard.seconds_left().value_or(0));
  }
  if (totals.missing > 0)
    totals.expected_photos.reset();
  if (totals.running > 0 && rate > 0)
    totals.rate = rate;
  else if (totals.running == 0 && are_seconds_known && seconds > 0 && totals.photos > 0)
    totals.rate = static_cast<double>(totals.photos) / seconds;
  if (totals.running > 0 && is_left_known)
    totals.seconds_left = left;
  return totals;
}

std::vector<RunStatus> runs_in(const std::string& place) {
  if (const Manifests here = find_manifests(place); !here.empty())
    return runs_of(here);
  std::vector<RunStatus> runs;
  for (const std::string& folder : folders_in(place))
    for (RunStatus& run : runs_of(find_manifests(folder)))
      runs.push_back(std::move(run));
  return joined_runs(std::move(runs), place);
}

std::vector<RunStatus> joined_runs(std::vector<RunStatus> runs, const std::string& place) {
  std::vector<RunStatus> joined;
  const auto shares_shard = [](const RunStatus& a, const RunStatus& b) {
    std::set<std::int64_t> numbers;
    for (const ShardStatus& shard : a.shards)
      numbers.insert(shard.shard.number);
    return std::any_of(b.shards.begin(), b.shards.end(),
                       [&](const ShardStatus& shard) { return numbers.count(shard.shard.number) > 0; });
  };
  for (RunStatus& run : runs) {
    const auto other = std::find_if(joined.begin(), joined.end(), [&](const RunStatus& known) {
      return run.of > 1 && known.of == run.of && known.settings == run.settings && !shares_shard(known, run);
    });
    if (other == joined.end()) {
      joined.push_back(std::move(run));
      continue;
    }
    other->output = place;
    other->is_merged = other->is_merged || run.is_merged;
    for (ShardStatus& shard : run.shards)
      other->shards.push_back(std::move(shard));
    std::sort(other->shards.begin(), other->shards.end(),
              [](const ShardStatus& a, const ShardStatus& b) { return a.shard.number < b.shard.number; });
  }
  return joined;
}

}  // namespace fovea
