#pragma once

#include "base/append_file.hpp"
#include "batch/archive_series.hpp"
#include "batch/earlier_results.hpp"
#include "batch/photo_result.hpp"
#include "batch/picture_source.hpp"
#include "batch/run_files.hpp"

#include <nlohmann/json.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace fovea {

/// What a run is, for its manifest.
struct RunDescription {
  std::string output;  ///< a folder, an archive or a page (`kind_of_output`)
  Shard shard;
  TableFormat table = TableFormat::Csv;
  /// All that results depend on: compared when the run goes on and when shards are merged.
  nlohmann::ordered_json settings;
  /// Further fields of the manifest. Those of an earlier run that are not among them stay.
  nlohmann::ordered_json about;
  /// Whether a final step follows once all photos are done, which makes results of what each photo gives as
  /// `PhotoResult::data`. Of several shards, it follows their merging.
  bool has_data = false;
  /// The largest size of an archive: maps-000000.tar, maps-000001.tar and so on in place of maps.tar; 0: one
  /// archive. A photo's files are never divided: those that are larger alone have an archive of their own.
  std::uint64_t archive_bytes = 0;
};

/// The results of a run over many photos, which grow by one photo after the other and survive the end of the
/// process, or of the machine, at any moment. What a run that goes on writes in the end is equal, byte for
/// byte, to what an uninterrupted one would have written, but for seconds in manifest and journal.
///
/// A run with data and without shards is finished by its final step, between `finish` and
/// `finish_final_step`. One that ended there goes on with that step alone.
class ResultStore {
public:
  /// With Resume, goes on behind the last photo that is whole in all files; with Refuse, results of an
  /// earlier run are an UnfinishedResults error. InputError if that run had other settings; OutputError
  /// naming a file that cannot be written, or that is not to be replaced (`base/replacement.hpp`).
  ResultStore(RunDescription run, EarlierResults earlier);

  /// Whether everything is done, by this run or an earlier one.
  bool is_finished() const { return is_finished_; }
  /// Whether all photos are done, and at most the final step is not.
  bool are_photos_done() const { return are_photos_done_; }
  /// The place of the last photo that is done.
  std::optional<PicturePlace> last() const { return last_; }
  /// With those of earlier runs.
  const RunCounts& counts() const { return counts_; }
  const RunFiles& files() const { return files_; }
  /// As the manifest has them.
  const nlohmann::ordered_json& settings() const { return run_.settings; }
  const nlohmann::ordered_json& about() const { return run_.about; }
  bool has_data() const { return run_.has_data; }

  /// Writes the files of a result, if they belong into a folder, and takes their bytes away. Any thread may
  /// call this, before the result is added. OutputError.
  void write_files(PhotoResult& result) const;
  /// Adds the results of the next photo: all or, after an OutputError or a kill, nothing that counts.
  void add(const PicturePlace& place, const PhotoResult& result);
  /// To be called once all photos are done: gives the files their final names.
  void finish();
  /// To be called once the final step is done: removes the data, which nothing needs any more.
  void finish_final_step();

  /// Removes the results of this run, and of an earlier one that it went on with. Nothing can be added then.
  void discard();

private:
  /// Removes what an earlier run left, whole or not.
  void remove_files() const;
  void begin();
  void resume();
  /// Takes the record of the journal for done if the files hold what it tells of.
  bool is_whole(const JournalRecord& record) const;
  void take(const JournalRecord& record);
  void open_files();
  /// Final names, as far as the files have them not yet.
  void rename_and_tell();
  void tell_of_the_end();
  void write_manifest(bool is_finished) const;
  /// The files that grow or tell of the run, by the names that they have until it is finished.
  std::vector<std::string> working_files() const;
  /// Lets an interrupt leave the files in place.
  void keep();
  double seconds() const;

  RunDescription run_;
  RunFiles files_;
  RunCounts counts_;
  std::optional<PicturePlace> last_;
  bool is_finished_ = false, are_photos_done_ = false;
  bool is_empty_ = false;  ///< begun here, without photos yet
  std::uint64_t table_end_ = 0, data_end_ = 0;
  ArchivePlace archive_end_ = first_archive_place();
  double earlier_seconds_ = 0;
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
  std::chrono::steady_clock::time_point synced_ = begin_;
  std::optional<AppendFile> journal_, table_, data_;
  std::optional<ArchiveSeries> archives_;
};

}  // namespace fovea
