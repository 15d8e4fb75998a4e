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

bool exists(const std::string& path) {
  std::error_code ignored;
  return fs::exists(path, ignored);
}

void rename_file(const std::string& from, const std::string& to) {
  std::error_code error;
  fs::rename(from, to, error);
  if (error)
    throw OutputError(fmt::format("cannot write: {}", error.message()), to);
}

/// A part of a file; shorter if the file ends before it does.
std::string read_part(const std::string& path, std::uint64_t begin, std::uint64_t end) {
  std::string bytes(end - begin, '\0');
  std::ifstream file(path, std::ios::binary);
  file.seekg(static_cast<std::streamoff>(begin));
  file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  bytes.resize(static_cast<std::size_t>(std::max<std::streamsize>(file.gcount(), 0)));
  return bytes;
}

/// InputError if the unfinished form of a file lacks something of what its journal tells of.
void check_length(const std::string& path, std::uint64_t bytes) {
  std::error_code error;
  if (const std::uintmax_t size = fs::file_size(partial_name(path), error); error || size < bytes)
    throw InputError(fmt::format("is shorter than the {} bytes that its journal tells of: begin anew", bytes),
                     partial_name(path));
}

}  // namespace

ResultStore::ResultStore(RunDescription run, EarlierResults earlier)
    : run_(std::move(run)), files_(run_.output, run_.shard, run_.table) {
  run_.settings["table"] = name_of(run_.table);
  // The form in which they are read back from a file.
  run_.settings = nlohmann::ordered_json::parse(json_text(run_.settings));
  make_folder(files_.folder);
  std::vector<std::string> all = {files_.manifest, files_.journal, files_.table, partial_name(files_.table)};
  if (has_tar())
    all.insert(all.end(), {files_.tar, partial_name(files_.tar)});
  std::error_code ignored;
  if (earlier == EarlierResults::Discard)
    for (const std::string& path : all)
      fs::remove(path, ignored);
  const bool begun = exists(files_.manifest);
  if (begun && earlier == EarlierResults::Refuse) {
    (void)read_manifest(files_.manifest);  // it may be somebody else's file
    throw UnfinishedResults("results of an earlier run are there", files_.manifest);
  }
  if (begun)
    resume();
  else
    begin();
}

void ResultStore::begin() {
  for (const std::string& path : {files_.table, files_.tar})
    if (!path.empty() && exists(path))
      check_replacement(path);
  const UnfinishedLock hold = hold_unfinished();
  is_empty_ = true;
  for (const std::string& path : {files_.manifest, files_.journal, partial_name(files_.table)})
    note_unfinished(path);
  if (has_tar())
    note_unfinished(partial_name(files_.tar));
  write_manifest(false);
  open_files();
}

void ResultStore::resume() {
  const nlohmann::ordered_json manifest = read_manifest(files_.manifest);
  if (const std::string difference = settings_difference(manifest["settings"], run_.settings);
      !difference.empty())
    throw InputError(fmt::format("the earlier run had other settings: {}", difference), files_.manifest);
  if (manifest["finished"].get<bool>()) {
    counts_ = counts_in(manifest, files_.manifest);
    is_finished_ = true;
    return;
  }
  journal_.emplace(files_.journal);  // whose lock keeps others away while it is read
  std::ifstream file(files_.journal, std::ios::binary);
  std::vector<JournalRecord> unsure;  // of which a power failure may have taken something
  std::uint64_t journal_end = 0;
  bool is_whole_run = false;
  std::vector<std::uint64_t> ends;
  table_end_ = table_header(run_.table).size();
  tar_end_ = has_tar() ? tar_beginning().size() : 0;
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
  if (record.table_end < table_end_ || record.tar_end < tar_end_)
    return false;
  Fingerprint fingerprint;
  const std::string rows = read_part(partial_name(files_.table), table_end_, record.table_end);
  fingerprint.add(rows);
  if (rows.size() != record.table_end - table_end_)
    return false;
  if (has_tar())
    fingerprint.add(read_part(partial_name(files_.tar), tar_end_, record.tar_end));
  return fingerprint.text() == record.fingerprint;
}

void ResultStore::take(const JournalRecord& record) {
  counts_.add(record);
  last_ = PicturePlace{record.input, record.member};
  table_end_ = record.table_end;
  tar_end_ = record.tar_end;
}

void ResultStore::open_files() {
  if (!journal_)
    journal_.emplace(files_.journal);
  table_.emplace(partial_name(files_.table));
  if (has_tar())
    tar_.emplace(partial_name(files_.tar));
  if (last_) {
    check_length(files_.table, table_end_);
    if (tar_)
      check_length(files_.tar, tar_end_);
    table_->cut(table_end_);
    if (tar_)
      tar_->cut(tar_end_);
    return;
  }
  journal_->cut(0);
  table_->cut(0);
  table_->append(table_header(run_.table));
  table_end_ = table_header(run_.table).size();
  if (!tar_)
    return;
  tar_->cut(0);
  tar_->append(tar_beginning());
  tar_end_ = tar_beginning().size();
}

double ResultStore::seconds() const {
  return earlier_seconds_ + std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count();
}

void ResultStore::write_files(PhotoResult& result) const {
  if (has_tar())
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
  FOVEA_ASSERT(journal_ && table_ && !is_finished_);
  std::string lines, members;
  for (const TableRow& row : result.rows)
    lines += table_line(row, run_.table);
  JournalRecord record{.input = place.input,
                       .member = place.member,
                       .rows = static_cast<std::int64_t>(result.rows.size()),
                       .error = result.error,
                       .seconds = seconds()};
  for (const ResultFile& file : result.files)
    if (tar_)
      members += tar_member(file.name, file.bytes);
    else
      record.files.push_back(file.name);
  record.table_end = table_end_ + lines.size();
  record.tar_end = tar_end_ + members.size();
  record.fingerprint = Fingerprint().add(lines).add(members).text();
  if (const auto now = std::chrono::steady_clock::now(); now - synced_ > std::chrono::seconds(1)) {
    table_->sync();
    if (tar_)
      tar_->sync();
    record.is_rest_on_disk = true;
    synced_ = now;
  }
  if (tar_)
    tar_->append(members);
  table_->append(lines);
  journal_->append(to_line(record));
  keep();
  take(record);
}

void ResultStore::finish() {
  FOVEA_ASSERT(journal_ && table_ && !is_finished_);
  keep();
  if (tar_) {
    tar_->append(tar_end());
    tar_->sync();
  }
  table_->sync();
  counts_.seconds = seconds();
  journal_->append(journal_end_line());
  journal_->sync();
  rename_and_tell();
}

void ResultStore::rename_and_tell() {
  for (const std::string& path : {files_.table, files_.tar})
    if (!path.empty() && exists(partial_name(path)))
      rename_file(partial_name(path), path);
  write_manifest(true);
  is_finished_ = true;
  std::error_code ignored;
  if (run_.shard.of == 1)  // merging reads those of shards
    fs::remove(files_.journal, ignored);
}

void ResultStore::write_manifest(bool is_finished) const {
  write_file_atomically(
      files_.manifest,
      json_text(manifest_json(run_.about, run_.settings, run_.shard, is_finished, counts_)) + "\n");
}

void ResultStore::keep() {
  if (!is_empty_)
    return;
  is_empty_ = false;
  for (const std::string& path : {files_.manifest, files_.journal, partial_name(files_.table)})
    forget_unfinished(path);
  if (has_tar())
    forget_unfinished(partial_name(files_.tar));
}

}  // namespace fovea
