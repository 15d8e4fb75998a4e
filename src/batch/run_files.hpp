#pragma once

#include "batch/result_table.hpp"
#include "batch/shard.hpp"

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <string>
#include <vector>

/// The files of a run over many photos.
namespace fovea {

/// What results go into, by the name of the output.
enum class OutputKind : std::uint8_t {
  Folder,
  Archive,  ///< it ends in .tar
  Page,     ///< it ends in .html or .htm; pictures' files lie in the folder of the page
};
OutputKind kind_of_output(const std::string& output);
/// Whether results go into an archive.
bool is_tar_output(const std::string& output);

/// The files of one shard. In a folder: results.csv, results.data, manifest.json and journal, with the
/// shard's suffix ("results-2-of-8.csv"), beside the pictures' files. For an archive maps.tar: maps.tar,
/// maps.results.csv, maps.data, maps.manifest.json and maps.journal, with the suffix behind "maps"; for a
/// page likewise. Archives of at most `archive_bytes` each are maps-000000.tar, maps-000001.tar and so on; 0:
/// there is one.
struct RunFiles {
  RunFiles(const std::string& output, const Shard& shard, TableFormat format, bool has_data = false,
           std::uint64_t archive_bytes = 0);
  bool has_archives() const { return !archives.empty(); }
  /// The path of an archive, by its number from 0.
  std::string archive(std::int64_t number) const;
  /// The path of that many archives, as a range of numbers: "maps-{000000..000007}.tar".
  std::string archive_range(std::size_t count) const;

  std::string folder;  ///< of the pictures' files, of the archives or of the page; never empty
  /// The beginning of the archives' paths; empty: the pictures' files lie in the folder.
  std::string archives;
  std::uint64_t archive_bytes = 0;
  std::string table;     ///< one line for each result; empty: there is none
  std::string data;      ///< what the final step needs, a line for each photo; empty: there is none
  std::string manifest;  ///< about the run; exists from its beginning
  std::string journal;   ///< of a run that is not finished or not merged: what was done for each picture
};
/// Whether a file is there; not if that cannot be told.
bool file_exists(const std::string& path);
/// The name of a table or archive until it is whole.
std::string partial_name(const std::string& path);
/// Gives a file another name, in place of one that has it. OutputError.
void rename_file(const std::string& from, const std::string& to);

/// The line of a journal about one picture: what its results are and where in the files they end.
struct JournalRecord {
  std::int64_t input = 0, member = 0;        ///< its place among the inputs
  std::int64_t rows = 0;                     ///< lines of the table
  std::uint64_t table_end = 0, tar_end = 0;  ///< bytes in the files, this picture's included
  std::int64_t archive = 0;                  ///< the number of the archive that `tar_end` is of
  std::uint64_t data_end = 0;                ///< likewise, in the data
  std::string fingerprint = {};              ///< of its bytes in all of them
  std::vector<std::string> files = {};       ///< in the folder, relative to it
  std::string error = {};                    ///< why there is no result, or not every one
  double seconds = 0;                        ///< wall-clock time of the run until then
  bool is_rest_on_disk = false;              ///< all records before it, and what they tell of, are
};
/// With an end of line.
std::string to_line(const JournalRecord& record);
/// The last line, which says that all is done.
std::string journal_end_line();

/// The result of reading a line of a journal.
struct JournalLine {
  enum class Kind { Record, End, Broken } kind = Kind::Broken;
  JournalRecord record = {};
};
JournalLine parse_journal_line(const std::string& line);

/// What one archive holds.
struct ArchiveCounts {
  std::int64_t photos = 0;  ///< with files in it
  std::uint64_t bytes = 0;  ///< its size when it is whole
};

/// The numbers of a run.
struct RunCounts {
  std::int64_t photos = 0, failed = 0, rows = 0;
  std::vector<ArchiveCounts> archives = {};
  std::vector<std::string> failures = {};  ///< messages of the first of them
  double seconds = 0;

  void add(const JournalRecord& record);

private:
  void add_archive_members(const JournalRecord& record);
};
/// A manifest: "fovea" (the version), what `about` and `settings` hold, the shard if there are several,
/// whether the run is finished, its counts, and its archives with their names.
nlohmann::ordered_json manifest_json(const nlohmann::ordered_json& about,
                                     const nlohmann::ordered_json& settings, const Shard& shard,
                                     bool is_finished, const RunCounts& counts, const RunFiles& files);
/// Whether every manifest has a field of that name, besides those of its `about`.
bool is_of_every_manifest(const std::string& key);
/// The largest size of archives that settings have, 0 if there is none.
std::uint64_t archive_bytes_in(const nlohmann::ordered_json& settings);
/// The counts in a manifest. InputError naming the file if they are not there.
RunCounts counts_in(const nlohmann::ordered_json& manifest, const std::string& path);
/// InputError naming the file if it is no manifest.
nlohmann::ordered_json read_manifest(const std::string& path);

/// The first difference between two settings, "crops is 10 there and 1 here"; empty if they are equal. Fields
/// of nested objects are named by their path: "preprocessing.scale"; of SHA-256 sums the first 12 digits are
/// shown. `where`: what is said in place of "here".
std::string settings_difference(const nlohmann::ordered_json& there, const nlohmann::ordered_json& here,
                                const std::string& where = "here");

}  // namespace fovea
