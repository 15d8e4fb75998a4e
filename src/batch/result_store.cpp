#include "batch/result_store.hpp"

#include "base/atomic_file.hpp"
#include "base/check.hpp"
#include "base/fingerprint.hpp"
#include "base/json.hpp"
#include "base/make_folder.hpp"
#include "base/replacement.hpp"
#include "base/unfinished.hpp"
#include "batch/tar.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <system_error>
#include <utility>

namespace fovea {
namespace {

namespace fs = std::filesystem;

/// A part of a file; shorter if the file ends before it does.
std::string read_part(const std::string& path, std::uint64_t begin, std::uint64_t end) {
  std::string bytes(end - begin, '\0');
  std::ifstream file(path, std::ios::binary);
  file.seekg(static_cast<std::streamoff>(begin));
  file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  bytes.resize(static_cast<std::size_t>(std::max<std::streamsize>(file.gcount(), 0)));
  return bytes;
}

/// Cuts a file behind what its journal tells of. InputError if something of that is missing.
void cut_to(const std::string& path, AppendFile& file, std::uint64_t bytes) {
  std::error_code error;
  if (const std::uintmax_t size = fs::file_size(path, error); error || size < bytes)
    throw InputError(fmt::format("is shorter than the {} bytes that its journal tells of: begin anew", bytes),
                     path);
  file.cut(bytes);
}

/// Opens a file that grows: what is there up to the end, if a run goes on, else a beginning.
void open_file(std::optional<AppendFile>& file, const std::string& path, bool goes_on, std::uint64_t& end,
               const std::string& beginning) {
  file.emplace(path);
  if (goes_on)
    return cut_to(path, *file, end);
  file->cut(0);
  file->append(beginning);
  end = beginning.size();
}

}  // namespace

ResultStore::ResultStore(RunDescription run, EarlierResults earlier)
    : run_(std::move(run)), files_(run_.output, run_.shard, run_.table, run_.has_data, run_.archive_bytes) {
  run_.settings["table"] = name_of(run_.table);
  if (run_.has_data)
    run_.settings["data"] = true;
  if (kind_of_output(run_.output) == OutputKind::Page)
    run_.settings["page"] = true;
  if (run_.archive_bytes > 0)
    run_.settings["archive_bytes"] = run_.archive_bytes;
  // The form in which they are read back from a file.
  run_.settings = nlohmann::ordered_json::parse(json_text(run_.settings));
  make_folder(files_.folder);
  if (earlier == EarlierResults::Replace && file_exists(files_.manifest)) {
    const nlohmann::ordered_json manifest = read_manifest(files_.manifest);
    const bool is_replaced = manifest["finished"].get<bool>() && manifest["settings"].contains("data");
    earlier = is_replaced ? EarlierResults::Discard : EarlierResults::Refuse;
  }
  if (earlier == EarlierResults::Discard)
    remove_files();
  const bool begun = file_exists(files_.manifest);
  if (begun && earlier != EarlierResults::Resume) {
    (void)read_manifest(files_.manifest);  // it may be somebody else's file
    throw UnfinishedResults("results of an earlier run are there", files_.manifest);
  }
  if (begun)
    resume();
  else
    begin();
}

void ResultStore::discard() {
  journal_.reset();
  table_.reset();
  data_.reset();
  archives_.reset();
  remove_files();
}

void ResultStore::remove_files() const {
  std::vector<std::string> all = working_files();
  if (!files_.table.empty())
    all.push_back(files_.table);
  for (const std::uint64_t bytes : {std::uint64_t{0}, std::max(run_.archive_bytes, std::uint64_t{1})}) {
    const std::vector<std::string> archives =
        archives_of({run_.output, run_.shard, run_.table, false, bytes});
    all.insert(all.end(), archives.begin(), archives.end());
  }
  std::error_code ignored;
  for (const std::string& path : all)
    fs::remove(path, ignored);
}

void ResultStore::begin() {
  if (!files_.table.empty() && file_exists(files_.table))
    check_replacement(files_.table);
  for (const std::string& path : archives_of(files_))
    check_replacement(path);
  const UnfinishedLock hold = hold_unfinished();
  is_empty_ = true;
  for (const std::string& path : working_files())
    note_unfinished(path);
  write_manifest(false);
  open_files();
}

void ResultStore::resume() {
  const nlohmann::ordered_json manifest = read_manifest(files_.manifest);
  if (const std::string difference = settings_difference(manifest["settings"], run_.settings);
      !difference.empty())
    throw InputError(fmt::format("the earlier run had other settings: {}", difference), files_.manifest);
  for (const auto& [key, value] : manifest.items())
    if (!run_.about.contains(key) && !is_of_every_manifest(key))
      run_.about[key] = value;
  if (manifest["finished"].get<bool>()) {
    counts_ = counts_in(manifest, files_.manifest);
    is_finished_ = are_photos_done_ = true;
    return;
  }
  journal_.emplace(files_.journal);  // whose lock keeps others away while it is read
  std::ifstream file(files_.journal, std::ios::binary);
  std::vector<JournalRecord> unsure;  // of which a power failure may have taken something
  std::uint64_t journal_end = 0;
  bool is_whole_run = false;
  std::vector<std::uint64_t> ends;
  table_end_ = table_header(run_.table).size();
  for (std::string line; !is_whole_run && std::getline(file, line) && !file.eof();) {
    JournalLine next = parse_journal_line(line);
    if (next.kind == JournalLine::Kind::Broken)
      break;
    if (next.kind == JournalLine::Kind::End) {
      is_whole_run = true;
      break;
    }
    if (next.record.is_rest_on_disk) {
      for (const JournalRecord& record : unsure)
        take(record);
      journal_end = ends.empty() ? journal_end : ends.back();
      unsure.clear();
      ends.clear();
    }
    ends.push_back((ends.empty() ? journal_end : ends.back()) + line.size() + 1);
    unsure.push_back(std::move(next.record));
  }
  for (std::size_t i = 0; i < unsure.size() && (is_whole_run || is_whole(unsure[i])); ++i) {
    take(unsure[i]);
    journal_end = ends[i];
  }
  earlier_seconds_ = counts_.seconds;
  if (is_whole_run)
    return rename_and_tell();
  journal_->cut(journal_end);
  open_files();
}

bool ResultStore::is_whole(const JournalRecord& record) const {
  const bool is_next_archive = record.archive == archive_end_.archive + 1;
  const std::uint64_t tar_begin = is_next_archive ? first_archive_place().end : archive_end_.end;
  const bool is_behind = record.archive == archive_end_.archive || is_next_archive;
  if (record.table_end < table_end_ || record.data_end < data_end_ ||
      (files_.has_archives() && (!is_behind || record.tar_end < tar_begin)))
    return false;
  Fingerprint fingerprint;
  const std::string rows =
      files_.table.empty() ? "" : read_part(partial_name(files_.table), table_end_, record.table_end);
  fingerprint.add(rows);
  if (rows.size() != record.table_end - table_end_)
    return false;
  if (files_.has_archives()) {
    const std::string path = files_.archive(record.archive), partial = partial_name(path);
    fingerprint.add(read_part(file_exists(partial) ? partial : path, tar_begin, record.tar_end));
  }
  if (has_data())
    fingerprint.add(read_part(files_.data, data_end_, record.data_end));
  return fingerprint.text() == record.fingerprint;
}

void ResultStore::take(const JournalRecord& record) {
  counts_.add(record);
  last_ = PicturePlace{record.input, record.member};
  table_end_ = record.table_end;
  data_end_ = record.data_end;
  if (files_.has_archives())
    archive_end_ = {record.archive, record.tar_end};
}

void ResultStore::open_files() {
  if (!journal_)
    journal_.emplace(files_.journal);
  const bool goes_on = last_.has_value();
  if (!goes_on)
    journal_->cut(0);
  if (!files_.table.empty())
    open_file(table_, partial_name(files_.table), goes_on, table_end_, table_header(run_.table));
  if (has_data())
    open_file(data_, files_.data, goes_on, data_end_, "");
  if (!files_.has_archives())
    return;
  archives_.emplace(files_);
  if (goes_on)
    archives_->go_on_behind(archive_end_);
  else
    archives_->begin();
}

double ResultStore::seconds() const {
  return earlier_seconds_ + std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count();
}

void ResultStore::write_files(PhotoResult& result) const {
  if (files_.has_archives())
    return;
  for (ResultFile& file : result.files) {
    const fs::path path = fs::path(files_.folder) / file.name;
    if (path.parent_path() != fs::path(files_.folder))
      make_folder(path.parent_path().string());
    write_file_atomically(path.string(), file.bytes);
    file.bytes = {};
  }
}

void ResultStore::add(const PicturePlace& place, const PhotoResult& result) {
  FOVEA_ASSERT(journal_ && !are_photos_done_);
  std::string lines, members;
  for (const TableRow& row : result.rows)
    lines += table_line(row, run_.table);
  JournalRecord record{.input = place.input,
                       .member = place.member,
                       .rows = table_ ? static_cast<std::int64_t>(result.rows.size()) : 0,
                       .error = result.error,
                       .seconds = seconds()};
  for (const ResultFile& file : result.files)
    if (archives_)
      members += tar_member(file.name, file.bytes);
    else
      record.files.push_back(file.name);
  record.table_end = table_end_ + lines.size();
  if (archives_) {
    const ArchivePlace end = archive_place_behind(archive_end_, members.size(), files_.archive_bytes);
    record.archive = end.archive;
    record.tar_end = end.end;
  }
  const std::string data = data_ ? result.data + "\n" : "";
  record.data_end = data_end_ + data.size();
  record.fingerprint = Fingerprint().add(lines).add(members).add(data).text();
  if (const auto now = std::chrono::steady_clock::now(); now - synced_ > std::chrono::seconds(1)) {
    for (std::optional<AppendFile>* file : {&table_, &data_})
      if (*file)
        (*file)->sync();
    if (archives_)
      archives_->sync();
    record.is_rest_on_disk = true;
    synced_ = now;
  }
  if (archives_)
    archives_->append(members);
  if (table_)
    table_->append(lines);
  if (data_)
    data_->append(data);
  journal_->append(to_line(record));
  keep();
  take(record);
}

void ResultStore::finish() {
  FOVEA_ASSERT(journal_ && !are_photos_done_);
  keep();
  if (archives_)
    archives_->finish();
  for (std::optional<AppendFile>* file : {&table_, &data_})
    if (*file)
      (*file)->sync();
  counts_.seconds = seconds();
  journal_->append(journal_end_line());
  journal_->sync();
  rename_and_tell();
}

void ResultStore::rename_and_tell() {
  const std::string last_archive = files_.has_archives() ? files_.archive(archive_end_.archive) : "";
  for (const std::string& path : {files_.table, last_archive})
    if (!path.empty() && file_exists(partial_name(path)))
      rename_file(partial_name(path), path);
  are_photos_done_ = true;
  if (!has_data() || run_.shard.of > 1)
    tell_of_the_end();
}

void ResultStore::finish_final_step() {
  FOVEA_ASSERT(are_photos_done_ && !is_finished_);
  tell_of_the_end();
}

void ResultStore::tell_of_the_end() {
  write_manifest(true);
  is_finished_ = true;
  if (run_.shard.of > 1)
    return;  // merging reads those of shards
  std::error_code ignored;
  fs::remove(files_.journal, ignored);
  if (has_data())
    fs::remove(files_.data, ignored);
}

void ResultStore::write_manifest(bool is_finished) const {
  write_file_atomically(
      files_.manifest,
      json_text(manifest_json(run_.about, run_.settings, run_.shard, is_finished, counts_, files_)) + "\n");
}

void ResultStore::keep() {
  if (!is_empty_)
    return;
  is_empty_ = false;
  for (const std::string& path : working_files())
    forget_unfinished(path);
}

std::vector<std::string> ResultStore::working_files() const {
  std::vector<std::string> files = {files_.manifest, files_.journal};
  if (!files_.table.empty())
    files.push_back(partial_name(files_.table));
  if (files_.has_archives())
    files.push_back(partial_name(files_.archive(0)));
  if (has_data())
    files.push_back(files_.data);
  return files;
}

}  // namespace fovea
