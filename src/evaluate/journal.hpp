#pragma once

#include "base/append_file.hpp"
#include "evaluate/result_files.hpp"

#include <optional>
#include <vector>

namespace fovea {

/// What happens to results of an earlier run in the same folder.
enum class EarlierResults { Refuse, Resume };

/// The results of one shard while they are made: a file of rows that grows by one row for each image, so that
/// a run can be resumed after it ended at any moment, also in the middle of a row.
class Journal {
public:
  /// `places` are the images of the shard in the ground truth. Takes up the rows of an earlier run, finished
  /// or not, if that is what `earlier` says: UnfinishedResults when there are some and they are refused,
  /// InputError when they were made with other settings or are not rows of these images, OutputError naming
  /// the file when it cannot be written.
  Journal(ResultFiles files, const std::vector<std::int64_t>& places, const nlohmann::ordered_json& settings,
          EarlierResults earlier);

  /// How many images have a row; they are the first of `places`.
  std::size_t done() const { return rows_.results.size(); }
  /// Adds the row of the next image. Not for a journal whose file was finished already.
  void add(ImageResult result);
  /// Gives the file its final name. All results, those of earlier runs included.
  std::vector<ImageResult> finish();

private:
  void check_settings(const nlohmann::ordered_json& settings) const;

  ResultFiles files_;
  ResultRows rows_;
  std::optional<AppendFile> file_;  ///< none: finished by an earlier run
};

}  // namespace fovea
