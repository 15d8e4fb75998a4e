#pragma once

#include "base/append_file.hpp"
#include "batch/run_files.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fovea {

/// A place between the members of a run's archives.
struct ArchivePlace {
  std::int64_t archive = 0;  ///< its number, from 0
  std::uint64_t end = 0;     ///< bytes of that archive before it
  bool operator==(const ArchivePlace&) const = default;
};
/// The place before all members.
ArchivePlace first_archive_place();
/// Where a photo's members end, so many bytes of them, that come behind a place: in the next archive if this
/// one has members and would grow beyond `most_bytes` with its end; 0: there is one archive.
ArchivePlace archive_place_behind(const ArchivePlace& place, std::uint64_t members, std::uint64_t most_bytes);

/// The archives of a run that exist, whole or not, from a number on, as far as they are numbered without a
/// gap.
std::vector<std::string> archives_of(const RunFiles& files, std::int64_t from = 0);

/// The archives of a run while they grow: those before the last are whole and have their names.
class ArchiveSeries {
public:
  explicit ArchiveSeries(const RunFiles& files) : files_(files) {}

  /// Begins the first archive, in place of any that exist.
  void begin();
  /// Removes everything behind a place, and goes on there. InputError if the archive is shorter.
  void go_on_behind(const ArchivePlace& place);
  /// Adds the members of a photo.
  void append(std::string_view members);
  const ArchivePlace& end() const { return end_; }
  void sync();
  /// Ends the last archive, which waits for its name. OutputError.
  void finish();

private:
  void open(std::int64_t number);
  void remove_behind(std::int64_t number) const;

  RunFiles files_;
  ArchivePlace end_ = first_archive_place();
  std::optional<AppendFile> file_;
};

}  // namespace fovea
