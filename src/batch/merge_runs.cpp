#include "batch/merge_runs.hpp"

#include "base/append_file.hpp"
#include "base/atomic_file.hpp"
#include "base/check.hpp"
#include "base/fingerprint.hpp"
#include "base/json.hpp"
#include "base/make_folder.hpp"
#include "base/replacement.hpp"
#include "batch/archive_series.hpp"
#include "batch/earlier_results.hpp"
#include "batch/find_manifests.hpp"
#include "batch/shard_reader.hpp"
#include "batch/tar.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <deque>
#include <filesystem>
#include <map>
#include <optional>
#include <queue>
#include <system_error>
#include <utility>

namespace fovea {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

std::vector<RunPart> find_parts(const std::vector<std::string>& inputs) {
  std::vector<RunPart> parts;
  for (const std::string& input : inputs) {
    const Manifests manifests = find_manifests(input);
    std::error_code error;
    if (!manifests.empty())
      for (const std::string& manifest : manifests.parts())
        parts.emplace_back(manifest);
    else if (fs::is_directory(input, error))
      throw InputError("holds no manifests of shards (manifest-I-of-N.json)", input);
    else if (kind_of_output(input) != OutputKind::Folder)
      throw InputError("there are no manifests of its shards beside it", input);
    else
      parts.emplace_back(input);
  }
  return parts;
}

void check_missing(const std::map<std::int64_t, RunPart>& shards, std::int64_t of) {
  std::vector<std::int64_t> missing;
  constexpr std::size_t shown = 20;
  for (std::int64_t number = 1; number <= of; ++number)
    if (shards.count(number) == 0)
      missing.push_back(number);
  if (missing.empty())
    return;
  const auto last = missing.begin() + static_cast<std::ptrdiff_t>(std::min(shown, missing.size()));
  throw InputError(fmt::format("of {} shards {} {} missing: {}{}", of, missing.size(),
                               missing.size() == 1 ? "is" : "are", fmt::join(missing.begin(), last, ", "),
                               missing.size() > shown ? ", ..." : ""));
}

/// The shards by their numbers: all there, each once, finished and of the same settings.
std::map<std::int64_t, RunPart> checked(std::vector<RunPart> parts) {
  std::map<std::int64_t, RunPart> shards;
  const std::string first = parts.front().manifest_path;
  const std::int64_t of = parts.front().shard.of;
  const Json settings = parts.front().manifest["settings"];
  const OutputKind kind = kind_of_output(parts.front().output);
  for (RunPart& part : parts) {
    const std::string path = part.manifest_path;
    if (const std::string made_by = part.manifest["settings"].value("command", "");
        made_by != settings.value("command", ""))
      throw InputError(
          fmt::format("was made by '{}', but {} by '{}': merge the shards of one command at a time", made_by,
                      first, settings.value("command", "")),
          path);
    if (part.shard.of == 1 && !part.is_finished())
      throw UnfinishedResults("is of a whole run, which is not finished", path);
    if (part.shard.of == 1)
      throw InputError(
          "is of a whole run, and not of a shard: there is nothing to merge, its results are whole", path);
    if (part.shard.of != of)
      throw InputError(fmt::format("is one of {} shards, but {} one of {}", part.shard.of, first, of), path);
    if (const std::string difference =
            settings_difference(part.manifest["settings"], settings, "in " + first);
        !difference.empty())
      throw InputError("was made with other settings: " + difference, path);
    if (kind_of_output(part.output) != kind)
      throw InputError(fmt::format("is of an archive or a folder, but {} is not", first), path);
    const std::int64_t number = part.shard.number;
    const auto [known, is_new] = shards.emplace(number, std::move(part));
    std::error_code ignored;
    if (!is_new && fs::equivalent(path, known->second.manifest_path, ignored))
      throw InputError("was named twice", path);
    if (!is_new)
      throw InputError(
          fmt::format("is shard {} of {}, and so is {}", number, of, known->second.manifest_path), path);
  }
  check_missing(shards, of);
  for (const auto& [number, part] : shards)
    if (!part.is_finished())
      throw UnfinishedResults(fmt::format("shard {} of {} is not finished", number, of), part.manifest_path);
  return shards;
}

/// Gives files of a shard's folder a name in the folder of all.
void bring_files(const JournalRecord& record, const RunFiles& from, const RunFiles& to) {
  std::error_code error;
  if (record.files.empty() || fs::equivalent(from.folder, to.folder, error))
    return;
  for (const std::string& name : record.files) {
    const fs::path source = fs::path(from.folder) / name, target = fs::path(to.folder) / name;
    if (target.parent_path() != fs::path(to.folder))
      make_folder(target.parent_path().string());
    fs::remove(target, error);
    fs::create_hard_link(source, target, error);
    if (error)
      fs::copy_file(source, target, error);
    if (error)
      throw OutputError(fmt::format("cannot be copied from {}: {}", source.string(), error.message()),
                        target.string());
  }
}

/// The archives of all photos. Those that are whole are removed again unless they are kept in the end.
class MergedArchives {
public:
  explicit MergedArchives(const RunFiles& files) : files_(files) { begin(); }
  ~MergedArchives() {
    std::error_code ignored;
    for (const std::string& path : written_)
      fs::remove(path, ignored);
  }
  MergedArchives(const MergedArchives&) = delete;
  MergedArchives& operator=(const MergedArchives&) = delete;

  /// Where the members end.
  const ArchivePlace& add(const std::string& members) {
    const ArchivePlace next = archive_place_behind(end_, members.size(), files_.archive_bytes);
    if (next.archive != end_.archive) {
      end_archive();
      end_.archive = next.archive;
      begin();
    }
    file_->write(members);
    end_ = next;
    return end_;
  }
  void finish() {
    end_archive();
    if (files_.archive_bytes > 0)
      for (const std::string& path : archives_of(files_, end_.archive + 1)) {  // of other results
        check_replacement(path);
        fs::remove(path);
      }
  }
  void keep() { written_.clear(); }

private:
  void begin() { file_.emplace(files_.archive(end_.archive)).write(tar_beginning()); }
  void end_archive() {
    file_->write(tar_end());
    file_->commit();
    written_.push_back(files_.archive(end_.archive));
  }

  const RunFiles& files_;
  ArchivePlace end_ = first_archive_place();
  std::optional<AtomicFile> file_;
  std::vector<std::string> written_;
};

/// The files of the merged run, of which none is there in the end unless all are whole.
class MergedFiles {
public:
  MergedFiles(const RunFiles& files, TableFormat format, double seconds) : seconds_(seconds) {
    begin(table_, files.table, table_header(format), end_.table_end);
    begin(data_, files.data, "", end_.data_end);
    if (files.has_archives())
      archives_.emplace(files);
    if (data_)
      journal_.emplace(files.journal);
  }

  /// Adds what a shard has of its next photo.
  void add(ShardReader& reader) {
    JournalRecord record = *reader.record();
    Fingerprint fingerprint;
    const auto copy = [&](std::optional<AtomicFile>& file, const std::string& bytes, std::uint64_t& end) {
      file->write(bytes);
      fingerprint.add(bytes);
      end += bytes.size();
    };
    if (table_)
      copy(table_, reader.rows(), end_.table_end);
    if (archives_) {
      const std::string members = reader.members();
      const ArchivePlace place = archives_->add(members);
      fingerprint.add(members);
      record.archive = place.archive;
      record.tar_end = place.end;
    }
    if (data_)
      copy(data_, reader.data(), end_.data_end);
    counts_.add(record);
    if (!journal_)
      return;
    record.table_end = end_.table_end;
    record.data_end = end_.data_end;
    record.fingerprint = fingerprint.text();
    record.seconds = seconds_;
    journal_->write(to_line(record));
  }

  /// Gives the files their names. `tell` writes the manifest: before the data and the journal, which a
  /// further merge knows by it, and behind tables and archives, which are known by their content.
  RunCounts finish(const std::function<void(const RunCounts&)>& tell) {
    counts_.seconds = seconds_;
    if (archives_)
      archives_->finish();
    if (journal_)
      journal_->write(journal_end_line());
    if (data_)
      tell(counts_);
    for (std::optional<AtomicFile>* file : {&table_, &data_, &journal_})
      if (*file)
        (*file)->commit();
    if (archives_)
      archives_->keep();
    if (!data_)
      tell(counts_);
    return counts_;
  }

private:
  static void begin(std::optional<AtomicFile>& file, const std::string& path, const std::string& beginning,
                    std::uint64_t& end) {
    if (path.empty())
      return;
    file.emplace(path);
    file->write(beginning);
    end = beginning.size();
  }

  std::optional<AtomicFile> table_, data_, journal_;
  std::optional<MergedArchives> archives_;
  JournalRecord end_;  ///< the ends of the files
  double seconds_;     ///< of all shards
  RunCounts counts_;
};

/// Writes photo by photo in the order of the inputs.
void write_all_photos(std::deque<ShardReader>& readers, const RunFiles& files, MergedFiles& merged,
                      const std::function<void()>& before_photo) {
  const auto is_later = [](const ShardReader* a, const ShardReader* b) { return a->place() > b->place(); };
  std::priority_queue<ShardReader*, std::vector<ShardReader*>, decltype(is_later)> next(is_later);
  for (ShardReader& reader : readers)
    if (reader.record())
      next.push(&reader);
  std::optional<PicturePlace> before;
  while (!next.empty()) {
    if (before_photo)
      before_photo();
    ShardReader& reader = *next.top();
    next.pop();
    if (before && reader.place() <= *before)
      throw InputError("tells of a photo that another shard has, too", reader.files().journal);
    before = reader.place();
    merged.add(reader);
    bring_files(*reader.record(), reader.files(), files);
    reader.next();
    if (reader.record())
      next.push(&reader);
  }
}

/// What an output has to be, for shards of a kind.
const char* expected_output(OutputKind kind) {
  switch (kind) {
  case OutputKind::Folder:
    return "the results of these shards are files in folders: name a folder for all of them";
  case OutputKind::Archive:
    return "the results of these shards are archives: name an archive that ends in .tar";
  case OutputKind::Page:
    return "the results of these shards are of a page: name a page that ends in .html";
  }
  FOVEA_ASSERT(!"unknown kind of output");
}

/// Removes the working files that an earlier merge of the same shards has left. InputError if the place of
/// the merged results holds those of another run or a shard, OutputError while a final step uses these files.
void prepare_output(const RunFiles& files, const std::map<std::int64_t, RunPart>& shards,
                    const Json& settings) {
  std::error_code ignored;
  if (!fs::exists(files.manifest, ignored))
    return;
  for (const auto& [number, part] : shards)
    if (fs::equivalent(files.manifest, part.manifest_path, ignored))
      throw InputError(fmt::format("is of shard {} of {}, which is to be merged: name another output", number,
                                   part.shard.of),
                       files.manifest);
  const Json manifest = read_manifest(files.manifest);
  // What was merged before, and waits for its final step, is merged again.
  const bool is_whole = manifest["finished"].get<bool>() || manifest.contains("merged_shards");
  if (!is_whole || manifest.contains("shard") || !settings_difference(manifest["settings"], settings).empty())
    throw InputError("tells of results of another run: name another output", files.manifest);
  if (files.data.empty())
    return;
  const AppendFile lock(files.journal);
  for (const std::string& path : {files.data, files.journal})
    fs::remove(path, ignored);
}

/// What a merge of a single whole run gives, if its results are already where they belong: a job array of one
/// job makes such runs.
std::optional<MergedRun> already_whole(const std::vector<RunPart>& parts, const std::string& output) {
  if (parts.size() != 1 || parts.front().shard.of != 1 || !parts.front().is_finished())
    return std::nullopt;
  const RunPart& part = parts.front();
  const RunFiles files(output, {}, part.table, part.has_data, part.archive_bytes);
  std::error_code error;
  if (!fs::equivalent(files.manifest, part.manifest_path, error))
    return std::nullopt;
  return MergedRun{files, counts_in(part.manifest, part.manifest_path), 1};
}

}  // namespace

bool holds_runs(const std::string& input) {
  return kind_of_output(input) != OutputKind::Folder || !find_manifests(input).empty();
}

MergedRun merge_runs(const std::vector<std::string>& inputs, const std::string& output, const Json& about,
                     const std::function<void()>& before_photo) {
  std::vector<RunPart> parts = find_parts(inputs);
  if (std::optional<MergedRun> whole = already_whole(parts, output))
    return *whole;
  const std::map<std::int64_t, RunPart> shards = checked(std::move(parts));
  const RunPart& first = shards.begin()->second;
  if (kind_of_output(output) != kind_of_output(first.output))
    throw InputError(expected_output(kind_of_output(first.output)), output);
  const Json settings = first.manifest["settings"];
  const RunFiles files(output, {}, first.table, first.has_data, first.archive_bytes);
  make_folder(files.folder);
  std::deque<ShardReader> readers;
  Json all = about;
  double seconds = 0;
  for (const auto& [number, part] : shards) {
    readers.emplace_back(part);
    seconds += counts_in(part.manifest, part.manifest_path).seconds;
    const Json machine = part.manifest.value("machine", Json());
    if (std::find(all["machines"].begin(), all["machines"].end(), machine) == all["machines"].end())
      all["machines"].push_back(machine);
  }
  for (const auto& [key, value] : first.manifest.items())
    if (first.has_data && !all.contains(key) && key != "machine" && !is_of_every_manifest(key))
      all[key] = value;
  all["merged_shards"] = shards.size();
  prepare_output(files, shards, settings);
  MergedFiles merged(files, first.table, seconds);
  write_all_photos(readers, files, merged, before_photo);
  const RunCounts counts = merged.finish([&](const RunCounts& of_all) {
    write_file_atomically(files.manifest,
                          json_text(manifest_json(all, settings, {}, !first.has_data, of_all, files)) + "\n");
  });
  return {files, counts, static_cast<std::int64_t>(shards.size()), first.has_data};
}

RunDescription description_of(const std::string& manifest) {
  const RunPart part(manifest);
  return {part.output, part.shard,    part.table,        part.manifest["settings"],
          {},          part.has_data, part.archive_bytes};
}

}  // namespace fovea
