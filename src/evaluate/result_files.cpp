#include "evaluate/result_files.hpp"

#include "base/json.hpp"
#include "base/read_file.hpp"

#include <fmt/format.h>

#include <filesystem>

namespace fovea {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxRowBytes = std::size_t{16} << 30;
constexpr std::size_t kMaxSettingsBytes = std::size_t{16} << 20;

/// The next line of a text, up to its end of line, and without it if there is none: a torn line.
bool take_line(const std::string& text, std::size_t& at, std::string& line) {
  const std::size_t end = text.find('\n', at);
  if (end == std::string::npos)
    return false;
  line = text.substr(at, end - at);
  at = end + 1;
  return true;
}

/// Reads rows until one is missing, torn or wrong; says what is wrong with that one.
std::string read_rows(const std::string& text, const std::vector<std::int64_t>& places, ResultRows& rows) {
  std::size_t at = 0;
  std::string line;
  if (!take_line(text, at, line) || line != result_csv_header())
    return "line 1: is not the header that this version of fovea writes";
  rows.bytes = at;
  for (std::size_t i = 0; i < places.size(); ++i) {
    if (!take_line(text, at, line))
      return fmt::format("line {}: is missing or cut short: there are {} rows of {}", i + 2, i,
                         places.size());
    try {
      ImageResult result = result_from_csv(line);
      if (result.index != places[i])
        return fmt::format("line {}: is about image {}, expected {}", i + 2, result.index, places[i]);
      rows.results.push_back(std::move(result));
    } catch (const InputError& error) {
      return fmt::format("line {}: {}", i + 2, error.what());
    }
    rows.lines.push_back(line);
    rows.bytes = at;
  }
  return at == text.size() ? "" : fmt::format("line {}: is one too many", places.size() + 2);
}

}  // namespace

ResultFiles::ResultFiles(const std::string& folder, const Shard& shard) {
  const auto path = [&](const char* name, const char* ending) {
    return (fs::path(folder) / (name + shard.suffix() + ending)).string();
  };
  rows = path("images", ".csv");
  partial = path("images", ".csv.partial");
  settings = path("settings", ".json");
  summary = path("summary", ".json");
  page = path("report", ".html");
}

ResultRows read_beginning(const std::string& path, const std::vector<std::int64_t>& places) {
  ResultRows rows;
  read_rows(read_file(path, kMaxRowBytes), places, rows);
  return rows;
}

ResultRows read_finished(const std::string& path, const std::vector<std::int64_t>& places) {
  ResultRows rows;
  const std::string complaint = read_rows(read_file(path, kMaxRowBytes), places, rows);
  if (!complaint.empty())
    throw InputError(complaint, path);
  return rows;
}

nlohmann::ordered_json read_settings(const std::string& path) {
  auto json = parse_json(read_file(path, kMaxSettingsBytes), path);
  if (!json.is_object())
    throw InputError("is not the settings of an evaluation", path);
  return json;
}

}  // namespace fovea
