#include "batch/archive_series.hpp"

#include "batch/tar.hpp"
#include "fovea/error.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <system_error>

namespace fovea {
namespace {

namespace fs = std::filesystem;

}  // namespace

ArchivePlace first_archive_place() {
  return {0, tar_beginning().size()};
}

ArchivePlace archive_place_behind(const ArchivePlace& place, std::uint64_t members,
                                  std::uint64_t most_bytes) {
  const ArchivePlace first = first_archive_place();
  const bool has_members = place.end > first.end;
  if (most_bytes == 0 || members == 0 || !has_members || place.end + members + tar_end().size() <= most_bytes)
    return {place.archive, place.end + members};
  return {place.archive + 1, first.end + members};
}

std::vector<std::string> archives_of(const RunFiles& files, std::int64_t from) {
  std::vector<std::string> found;
  for (std::int64_t number = from; files.has_archives() && (number == 0 || files.archive_bytes > 0);
       ++number) {
    const std::size_t before = found.size();
    for (const std::string& path : {files.archive(number), partial_name(files.archive(number))})
      if (file_exists(path))
        found.push_back(path);
    if (found.size() == before)
      break;
  }
  return found;
}

void ArchiveSeries::remove_behind(std::int64_t number) const {
  if (files_.archive_bytes == 0)
    return;
  // From the last one, so that an end in between leaves no gap.
  const std::vector<std::string> further = archives_of(files_, number + 1);
  std::error_code ignored;
  for (auto path = further.rbegin(); path != further.rend(); ++path)
    fs::remove(*path, ignored);
}

void ArchiveSeries::open(std::int64_t number) {
  file_.emplace(partial_name(files_.archive(number)));
  file_->cut(0);
  file_->append(tar_beginning());
}

void ArchiveSeries::begin() {
  remove_behind(-1);
  end_ = first_archive_place();
  open(0);
}

void ArchiveSeries::go_on_behind(const ArchivePlace& place) {
  remove_behind(place.archive);
  const std::string path = files_.archive(place.archive), partial = partial_name(path);
  if (files_.archive_bytes > 0 && !file_exists(partial) &&
      file_exists(path))  // ended for the archive that follows
    rename_file(path, partial);
  std::error_code error;
  if (const std::uintmax_t size = fs::file_size(partial, error); error || size < place.end)
    throw InputError(
        fmt::format("is shorter than the {} bytes that its journal tells of: begin anew", place.end),
        partial);
  file_.emplace(partial);
  file_->cut(place.end);
  end_ = place;
}

void ArchiveSeries::append(std::string_view members) {
  const ArchivePlace next = archive_place_behind(end_, members.size(), files_.archive_bytes);
  if (next.archive != end_.archive) {
    finish();
    const std::string path = files_.archive(end_.archive);
    rename_file(partial_name(path), path);
    open(next.archive);
  }
  file_->append(members);
  end_ = next;
}

void ArchiveSeries::sync() {
  file_->sync();
}

void ArchiveSeries::finish() {
  file_->append(tar_end());
  file_->sync();
}

}  // namespace fovea
