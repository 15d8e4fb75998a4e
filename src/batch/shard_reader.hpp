#pragma once

#include "batch/picture_source.hpp"
#include "batch/run_files.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace fovea {

/// A finished or unfinished shard of a run, found by its manifest.
struct RunPart {
  std::string manifest_path;
  nlohmann::ordered_json manifest;
  Shard shard;
  TableFormat table = TableFormat::Csv;
  bool has_data = false;
  std::string output;               ///< that the run was given
  std::uint64_t archive_bytes = 0;  ///< the largest size of its archives; 0: it has one

  /// InputError naming the manifest if it is none.
  explicit RunPart(const std::string& manifest_path);
  bool is_finished() const { return manifest["finished"].get<bool>(); }
};

/// Reads a file from its beginning to its end in pieces, and has it open only meanwhile: thousands can be
/// read in turns.
class PiecewiseFile {
public:
  explicit PiecewiseFile(std::string path) : path_(std::move(path)) {}
  /// The next bytes, as many. InputError naming the file if they are not there.
  std::string read(std::uint64_t bytes);
  /// The next line, without its end; none if there is none that is whole.
  std::optional<std::string> read_line();
  /// InputError naming the file unless exactly so many bytes are left.
  void expect_left(std::uint64_t bytes);
  const std::string& path() const { return path_; }

private:
  /// Reads on until that many bytes are there, if the file has them.
  void fill(std::size_t bytes);

  std::string path_;
  std::uint64_t offset_ = 0;  ///< behind what is in the buffer
  std::string buffer_;
  std::size_t used_ = 0;  ///< bytes of the buffer that were given away
};

/// The results of a finished shard, photo by photo. InputError naming the file if one is damaged.
class ShardReader {
public:
  explicit ShardReader(const RunPart& part);

  /// The next photo's record; none at the end.
  const std::optional<JournalRecord>& record() const { return record_; }
  PicturePlace place() const { return {record_->input, record_->member}; }
  /// The lines of the table, the members of the archive, and the line of the data, of that photo; once, each.
  std::string rows();
  std::string members();
  std::string data();
  /// Goes on to the next photo.
  void next();
  const RunFiles& files() const { return files_; }

private:
  void open_archive(std::int64_t number);

  RunFiles files_;
  PiecewiseFile journal_, table_, data_;
  std::optional<PiecewiseFile> tar_;
  std::int64_t archive_ = 0;  ///< the number of the archive that is open
  std::uint64_t table_begin_ = 0, tar_begin_ = 0, data_begin_ = 0;
  std::optional<JournalRecord> record_;
};

}  // namespace fovea
