#include "batch/run_files.hpp"

#include "base/json.hpp"
#include "base/output_name.hpp"
#include "base/read_file.hpp"
#include "batch/tar.hpp"
#include "fovea/error.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <filesystem>
#include <system_error>

namespace fovea {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr std::size_t kMaxManifestBytes = std::size_t{16} << 20;
constexpr std::size_t kMostFailures = 100;

/// A setting as messages show it.
std::string setting_text(const Json& value) {
  constexpr std::size_t digits = 64, shown = 12;
  if (value.is_string())
    if (const auto& text = value.get_ref<const std::string&>();
        text.size() == digits && text.find_first_not_of("0123456789abcdef") == std::string::npos)
      return text.substr(0, shown) + "...";
  return value.dump();
}

ArchiveCounts empty_archive() {
  return {0, tar_beginning().size() + tar_end().size()};
}

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

RunFiles::RunFiles(const std::string& output, const Shard& shard, TableFormat format, bool has_data,
                   std::uint64_t most_bytes)
    : archive_bytes(most_bytes) {
  const std::string ending = "." + std::string(name_of(format));
  const OutputKind kind = kind_of_output(output);
  if (kind != OutputKind::Folder) {
    const fs::path path = output;
    const std::string base = (path.parent_path() / path.stem()).string() + shard.suffix();
    folder = path.parent_path().string();
    archives = kind == OutputKind::Archive ? base : "";
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

std::string RunFiles::archive(std::int64_t number) const {
  return archive_bytes == 0 ? archives + ".tar" : fmt::format("{}-{:06}.tar", archives, number);
}

std::string RunFiles::archive_range(std::size_t count) const {
  return count < 2 ? archive(0) : fmt::format("{}-{{000000..{:06}}}.tar", archives, count - 1);
}

bool file_exists(const std::string& path) {
  std::error_code ignored;
  return std::filesystem::exists(path, ignored);
}

std::string partial_name(const std::string& path) {
  return path + ".partial";
}

void rename_file(const std::string& from, const std::string& to) {
  std::error_code error;
  fs::rename(from, to, error);
  if (error)
    throw OutputError(fmt::format("cannot write: {}", error.message()), to);
}

std::string to_line(const JournalRecord& record) {
  Json json = {{"at", {record.input, record.member}}, {"rows", record.rows},
               {"table", record.table_end},           {"tar", record.tar_end},
               {"check", record.fingerprint},         {"seconds", record.seconds}};
  if (record.data_end > 0)
    json["data"] = record.data_end;
  if (record.archive > 0)
    json["archive"] = record.archive;
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
    record.archive = json.value("archive", record.archive);
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
  if (record.tar_end > 0)
    add_archive_members(record);
  if (record.error.empty())
    return;
  ++failed;
  if (failures.size() < kMostFailures)
    failures.push_back(record.error);
}

void RunCounts::add_archive_members(const JournalRecord& record) {
  const auto number = static_cast<std::size_t>(record.archive);
  if (archives.size() <= number)
    archives.resize(number + 1, empty_archive());
  const std::uint64_t bytes = record.tar_end + tar_end().size();
  if (bytes > archives[number].bytes)
    ++archives[number].photos;
  archives[number].bytes = bytes;
}

Json manifest_json(const Json& about, const Json& settings, const Shard& shard, bool is_finished,
                   const RunCounts& counts, const RunFiles& files) {
  Json json = about;
  if (shard.of > 1)
    json["shard"] = {{"number", shard.number}, {"of", shard.of}};
  json["settings"] = settings;
  json["finished"] = is_finished;
  json["counts"] = {{"photos", counts.photos}, {"failed", counts.failed}, {"rows", counts.rows}};
  json["seconds"] = counts.seconds;
  std::vector<ArchiveCounts> archives = counts.archives;
  if (archives.empty())
    archives = {empty_archive()};
  for (std::size_t i = 0; i < archives.size() && files.has_archives() && is_finished; ++i)
    json["archives"].push_back(
        {{"name", fs::path(files.archive(static_cast<std::int64_t>(i))).filename().string()},
         {"photos", archives[i].photos},
         {"bytes", archives[i].bytes}});
  json["failures"] = counts.failures;
  return json;
}

bool is_of_every_manifest(const std::string& key) {
  static constexpr std::string_view keys[] = {"shard",    "settings", "finished", "counts",
                                              "archives", "seconds",  "failures"};
  return std::find(std::begin(keys), std::end(keys), key) != std::end(keys);
}

RunCounts counts_in(const Json& manifest, const std::string& path) {
  try {
    const Json& counts = manifest.at("counts");
    RunCounts result{.photos = counts.at("photos").get<std::int64_t>(),
                     .failed = counts.at("failed").get<std::int64_t>(),
                     .rows = counts.at("rows").get<std::int64_t>(),
                     .failures = manifest.at("failures").get<std::vector<std::string>>(),
                     .seconds = manifest.at("seconds").get<double>()};
    for (const Json& archive : manifest.value("archives", Json::array()))
      result.archives.push_back(
          {archive.at("photos").get<std::int64_t>(), archive.at("bytes").get<std::uint64_t>()});
    return result;
  } catch (const Json::exception&) {
    throw InputError("is a manifest without counts", path);
  }
}

std::uint64_t archive_bytes_in(const Json& settings) {
  const Json bytes = settings.value("archive_bytes", Json());
  return bytes.is_number_unsigned() ? bytes.get<std::uint64_t>() : 0;
}

Json read_manifest(const std::string& path) {
  Json json = parse_json(read_file(path, kMaxManifestBytes), path);
  if (!json.is_object() || !json.contains("settings") || !json["settings"].is_object() ||
      !json.contains("finished") || !json["finished"].is_boolean())
    throw InputError("is not the manifest of a run over many photos", path);
  return json;
}

std::string settings_difference(const Json& there, const Json& here, const std::string& where) {
  const auto a = there.flatten(), b = here.flatten();
  const auto dotted = [](std::string pointer) {
    std::replace(pointer.begin(), pointer.end(), '/', '.');
    return pointer.substr(pointer.empty() ? 0 : 1);
  };
  for (const auto& [key, value] : b.items())
    if (!a.contains(key) || a.at(key) != value)
      return fmt::format("{} is {} there and {} {}", dotted(key),
                         a.contains(key) ? setting_text(a.at(key)) : "not set", setting_text(value), where);
  for (const auto& [key, value] : a.items())
    if (!b.contains(key))
      return fmt::format("{} is {} there and not set {}", dotted(key), setting_text(value), where);
  return {};
}

}  // namespace fovea
