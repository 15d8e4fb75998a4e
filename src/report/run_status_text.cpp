#include "report/run_status_text.hpp"

#include "base/wrapped_text.hpp"
#include "report/progress_line.hpp"
#include "report/result_text.hpp"
#include "report/table.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <utility>
#include <vector>

namespace fovea {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kMostRows = 20;
constexpr std::size_t kMostRanges = 8;

const char* state_of(const ShardStatus& shard) {
  return shard.is_finished ? "done" : shard.is_running() ? "running" : "silent";
}

/// "12 s ago", "10 min ago", "3 h ago", "5 d ago".
std::string ago(double seconds) {
  for (const auto& [unit, length] : {std::pair{"d", 86400.0}, std::pair{"h", 3600.0}, std::pair{"min", 60.0}})
    if (seconds >= 2 * length)
      return fmt::format("{:.0f} {} ago", seconds / length, unit);
  return fmt::format("{:.0f} s ago", seconds);
}

/// Three digits, and all in front of the decimal point.
std::string rate_text(double rate) {
  return rate < 100 ? fmt::format("{:.3g}", rate) : fmt::format("{:.0f}", rate);
}

std::string of_expected(std::int64_t photos, const std::optional<std::int64_t>& expected) {
  return expected ? fmt::format("{} of {}", photos, *expected) : fmt::format("{}", photos);
}

std::string counts_text(const RunStatus& run, const RunTotals& totals) {
  std::vector<std::string> parts;
  for (const auto& [number, state] :
       {std::pair{totals.done, "done"}, std::pair{totals.running, "running"},
        std::pair{totals.silent, "silent"}, std::pair{totals.missing, "not begun"}})
    if (number > 0)
      parts.push_back(fmt::format("{} {}", number, state));
  return fmt::format("{} shard{}: {}", run.of, run.of == 1 ? "" : "s", fmt::join(parts, ", "));
}

std::string time_left_text(const RunTotals& totals) {
  if (totals.running == 0)
    return "unknown: no shard is running";
  if (!totals.seconds_left)
    return "unknown: of a running shard nothing tells how much is left, or how fast it is";
  const std::string time = clock_text(*totals.seconds_left);
  return totals.missing + totals.silent > 0
             ? fmt::format("{} for the running shards; unknown for the others", time)
             : fmt::format("{}, at the rate of each shard until now", time);
}

std::string result_text(const RunStatus& run, const RunTotals& totals) {
  if (run.of == 1 || totals.done < run.of)
    return {};
  return run.is_merged ? "merged" : "all shards are done: merge them by 'fovea merge'";
}

Table table_of(const RunStatus& run) {
  Table table({{"shard", "shard", true},
               {"state", "state"},
               {"photos", "photos", true},
               {"failed", "failed", true},
               {"rate", "photos/s", true},
               {"news", "last change", true}});
  std::size_t rows = 0;
  for (const ShardStatus& shard : run.shards)
    if ((run.of <= static_cast<std::int64_t>(kMostRows) || !shard.is_finished) && rows++ < kMostRows)
      table.add_row({{shard.shard.number, fmt::format("{}", shard.shard.number)},
                     {state_of(shard), state_of(shard)},
                     {shard.photos, of_expected(shard.photos, shard.expected_photos)},
                     {shard.failed, fmt::format("{}", shard.failed)},
                     {to_json(shard.rate()), shard.rate() ? rate_text(*shard.rate()) : ""},
                     {shard.silence, ago(shard.silence)}});
  return table;
}

Json whole_number(const std::optional<std::int64_t>& number) {
  return number ? Json(*number) : Json();
}

}  // namespace

std::string ranges_text(const std::vector<std::int64_t>& numbers, std::size_t most) {
  std::vector<std::string> ranges;
  for (std::size_t i = 0; i < numbers.size();) {
    if (ranges.size() == most)
      return fmt::format("{}, ...", fmt::join(ranges, ", "));
    std::size_t last = i;
    while (last + 1 < numbers.size() && numbers[last + 1] == numbers[last] + 1)
      ++last;
    ranges.push_back(last == i ? fmt::format("{}", numbers[i])
                               : fmt::format("{}-{}", numbers[i], numbers[last]));
    i = last + 1;
  }
  return fmt::format("{}", fmt::join(ranges, ", "));
}

std::string status_text(const RunStatus& run, std::size_t width) {
  const RunTotals totals = totals_of(run);
  std::vector<std::pair<std::string, std::string>> lines = {
      {"photos", fmt::format("{} done, {} without a result",
                             of_expected(totals.photos, totals.expected_photos), totals.failed)}};
  if (totals.rate)
    lines.push_back({"rate", totals.running > 0 ? rate_text(*totals.rate) + " photos/s"
                                                : rate_text(*totals.rate) + " photos/s in each shard"});
  else
    lines.push_back({"rate", "unknown"});
  if (totals.done < run.of)
    lines.push_back({"time left", time_left_text(totals)});
  if (totals.missing > 0)
    lines.push_back({"not begun", ranges_text(run.missing(), kMostRanges)});
  if (totals.silent > 0) {
    std::vector<std::int64_t> silent;
    for (const ShardStatus& shard : run.shards)
      if (!shard.is_finished && !shard.is_running())
        silent.push_back(shard.shard.number);
    lines.push_back({"silent", ranges_text(silent, kMostRanges) + ": stopped, dead or waiting to go on"});
  }
  if (const std::string result = result_text(run, totals); !result.empty())
    lines.push_back({"result", result});
  std::string text = hanging_lines(fmt::format("{}{}{}, {}\n", run.output, run.command.empty() ? "" : ": ",
                                               run.command, counts_text(run, totals)),
                                   width);
  text += two_columns(lines, width);
  if (const Table table = table_of(run); !table.empty())
    text += table.text(width);
  return text;
}

Json status_json(const RunStatus& run) {
  const RunTotals totals = totals_of(run);
  Json json = {{"output", run.output},
               {"command", run.command},
               {"shards",
                {{"of", run.of},
                 {"done", totals.done},
                 {"running", totals.running},
                 {"silent", totals.silent},
                 {"missing", run.missing()}}},
               {"photos",
                {{"done", totals.photos},
                 {"failed", totals.failed},
                 {"expected", whole_number(totals.expected_photos)}}},
               {"photos_per_second", to_json(totals.rate)},
               {"seconds_left", to_json(totals.seconds_left)},
               {"merged", run.is_merged},
               {"begun", Json::array()}};
  for (const ShardStatus& shard : run.shards)
    json["begun"].push_back({{"shard", shard.shard.number},
                             {"state", state_of(shard)},
                             {"photos", shard.photos},
                             {"failed", shard.failed},
                             {"expected", whole_number(shard.expected_photos)},
                             {"photos_per_second", to_json(shard.rate())},
                             {"seconds_left", to_json(shard.seconds_left())},
                             {"seconds_since_change", shard.silence},
                             {"file", shard.file}});
  return json;
}

}  // namespace fovea
