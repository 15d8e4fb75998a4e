#include "batch/run_files.hpp"

#include "base/json.hpp"
#include "base/output_name.hpp"
#include "base/read_file.hpp"
#include "fovea/error.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <filesystem>

namespace fovea {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr std::size_t kMaxManifestBytes = std::size_t{16} << 20;
constexpr std::size_t kMostFailures = 100;

}  // namespace

OutputKind kind_of_output(const std::string& output) {
  const std::string name = fs::path(output).filename().string();
  return has_ending(name, kArchiveEndings) ? OutputKind::Archive
         : has_ending(name, kPageEndings)  ? OutputKind::Page
                                           : OutputKind::Folder;
}

bool is_tar_output(const std::string& output) {
  return kind_of_output(output) == OutputKind::Archive;
}

RunFiles::RunFiles(const std::string& output, const Shard& shard, TableFormat format, bool has_data) {
  const std::string ending = "." + std::string(name_of(format));
  const OutputKind kind = kind_of_output(output);
  if (kind != OutputKind::Folder) {
    const fs::path path = output;
    const std::string base = (path.parent_path() / path.stem()).string() + shard.suffix();
    folder = path.parent_path().string();
    tar = kind == OutputKind::Archive ? base + ".tar" : "";
    table = base + ".results" + ending;
    data = base + ".data";
    manifest = base + ".manifest.json";
    journal = base + ".journal";
  } else {
    const auto path = [&](const std::string& name, const std::string& end) {
      return (fs::path(output) / (name + shard.suffix() + end)).string();
    };
    folder = output;
    table = path("results", ending);
    data = path("results", ".data");
    manifest = path("manifest", ".json");
    journal = path("journal", "");
  }
  if (format == TableFormat::None)
    table = "";
  if (!has_data)
    data = "";
  if (folder.empty())
    folder = ".";
}

std::string partial_name(const std::string& path) {
  return path + ".partial";
}

std::string to_line(const JournalRecord& record) {
  Json json = {{"at", {record.input, record.member}}, {"rows", record.rows},
               {"table", record.table_end},           {"tar", record.tar_end},
               {"check", record.fingerprint},         {"seconds", record.seconds}};
  if (record.data_end > 0)
    json["data"] = record.data_end;
  if (!record.files.empty())
    json["files"] = record.files;
  if (!record.error.empty())
    json["error"] = record.error;
  if (record.is_rest_on_disk)
    json["synced"] = true;
  return json.dump(-1, ' ', true, Json::error_handler_t::replace) + "\n";
}

std::string journal_end_line() {
  return "{\"end\":true}\n";
}

JournalLine parse_journal_line(const std::string& line) {
  try {
    const Json json = Json::parse(line);
    if (json.value("end", false))
      return {JournalLine::Kind::End};
    JournalRecord record;
    record.input = json.at("at").at(0).get<std::int64_t>();
    record.member = json.at("at").at(1).get<std::int64_t>();
    record.rows = json.at("rows").get<std::int64_t>();
    record.table_end = json.at("table").get<std::uint64_t>();
    record.tar_end = json.at("tar").get<std::uint64_t>();
    record.fingerprint = json.at("check").get<std::string>();
    record.seconds = json.at("seconds").get<double>();
    record.data_end = json.value("data", record.data_end);
    record.files = json.value("files", record.files);
    record.error = json.value("error", record.error);
    record.is_rest_on_disk = json.value("synced", false);
    return {JournalLine::Kind::Record, std::move(record)};
  } catch (const Json::exception&) {
    return {};
  }
}

void RunCounts::add(const JournalRecord& record) {
  ++photos;
  rows += record.rows;
  seconds = record.seconds;
  if (record.error.empty())
    return;
  ++failed;
  if (failures.size() < kMostFailures)
    failures.push_back(record.error);
}

Json manifest_json(const Json& about, const Json& settings, const Shard& shard, bool is_finished,
                   const RunCounts& counts) {
  Json json = about;
  if (shard.of > 1)
    json["shard"] = {{"number", shard.number}, {"of", shard.of}};
  json["settings"] = settings;
  json["finished"] = is_finished;
  json["counts"] = {{"photos", counts.photos}, {"failed", counts.failed}, {"rows", counts.rows}};
  json["seconds"] = counts.seconds;
  json["failures"] = counts.failures;
  return json;
}

bool is_of_every_manifest(const std::string& key) {
  static constexpr std::string_view keys[] = {"shard",  "settings", "finished",
                                              "counts", "seconds",  "failures"};
  return std::find(std::begin(keys), std::end(keys), key) != std::end(keys);
}

RunCounts counts_in(const Json& manifest, const std::string& path) {
  try {
    const Json& counts = manifest.at("counts");
    return {counts.at("photos").get<std::int64_t>(), counts.at("failed").get<std::int64_t>(),
            counts.at("rows").get<std::int64_t>(), manifest.at("failures").get<std::vector<std::string>>(),
            manifest.at("seconds").get<double>()};
  } catch (const Json::exception&) {
    throw InputError("is a manifest without counts", path);
  }
}

Json read_manifest(const std::string& path) {
  Json json = parse_json(read_file(path, kMaxManifestBytes), path);
  if (!json.is_object() || !json.contains("settings") || !json["settings"].is_object() ||
      !json.contains("finished") || !json["finished"].is_boolean())
    throw InputError("is not the manifest of a run over many photos", path);
  return json;
}

std::string settings_difference(const Json& there, const Json& here) {
  const auto a = there.flatten(), b = here.flatten();
  const auto dotted = [](std::string pointer) {
    std::replace(pointer.begin(), pointer.end(), '/', '.');
    return pointer.substr(pointer.empty() ? 0 : 1);
  };
  for (const auto& [key, value] : b.items())
    if (!a.contains(key) || a.at(key) != value)
      return fmt::format("{} is {} there and {} here", dotted(key),
                         a.contains(key) ? a.at(key).dump() : "not set", value.dump());
  for (const auto& [key, value] : a.items())
    if (!b.contains(key))
      return fmt::format("{} is {} there and not set here", dotted(key), value.dump());
  return {};
}

}  // namespace fovea
