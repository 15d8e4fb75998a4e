#pragma once

#include "base/append_file.hpp"
#include "evaluate/result_files.hpp"

#include <optional>
#include <vector>

namespace fovea {

/// The growing results of one shard: a file with one row for each image, from which a run can be resumed
/// after it ended at any moment, even in the middle of a row. Before the first row there is nothing to
/// resume, and an interrupt leaves nothing (`base/unfinished.hpp`).
class Journal {
public:
  /// `places` are the images of the shard in the ground truth. With Resume, continues the rows of an earlier
  /// run, finished or not; with Refuse, these are an UnfinishedResults error. InputError if they were made
  /// with other settings or are not rows of these images, OutputError naming the file if it cannot be
  /// written.
  Journal(ResultFiles files, const std::vector<std::int64_t>& places, const nlohmann::ordered_json& settings,
          EarlierResults earlier);

  /// The number of images that have a row; they are the first of `places`.
  std::size_t done() const { return rows_.results.size(); }
  /// Adds the row of the next image. Not allowed if the file was finished already.
  void add(ImageResult result);
  /// Gives the file its final name and returns all results, including those of earlier runs.
  std::vector<ImageResult> finish();

private:
  /// Lets an interrupt leave the files in place.
  void keep();
  void check_settings(const nlohmann::ordered_json& settings) const;

  ResultFiles files_;
  ResultRows rows_;
  bool is_empty_ = false;           ///< begun here, without rows yet
  std::optional<AppendFile> file_;  ///< none: finished by an earlier run
};

}  // namespace fovea
