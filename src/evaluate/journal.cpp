#include "evaluate/journal.hpp"

#include "base/atomic_file.hpp"
#include "base/check.hpp"
#include "base/json.hpp"
#include "base/unfinished.hpp"
#include "batch/run_files.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <utility>

namespace fovea {

namespace fs = std::filesystem;

Journal::Journal(ResultFiles files, const std::vector<std::int64_t>& places,
                 const nlohmann::ordered_json& settings, EarlierResults earlier)
    : files_(std::move(files)) {
  std::error_code ignored;
  if (earlier == EarlierResults::Discard)
    for (const std::string& path : {files_.rows, files_.partial})
      fs::remove(path, ignored);
  const bool finished = fs::exists(files_.rows, ignored);
  // Rows without settings were never begun: settings are written before the first row.
  const bool begun = fs::exists(files_.partial, ignored) && fs::exists(files_.settings, ignored);
  if ((finished || begun) && earlier == EarlierResults::Refuse)
    throw UnfinishedResults("results of an earlier run are there", finished ? files_.rows : files_.partial);
  if (finished || begun)
    check_settings(settings);
  if (finished) {
    rows_ = read_finished(files_.rows, places);
    return;
  }
  const UnfinishedLock hold = hold_unfinished();
  file_.emplace(files_.partial);
  if (!begun) {
    is_empty_ = true;
    note_unfinished(files_.partial);
    if (!fs::exists(files_.settings, ignored))
      note_unfinished(files_.settings);
  }
  if (begun)
    rows_ = read_beginning(files_.partial, places);
  else
    write_file_atomically(files_.settings, json_text(settings) + "\n");
  file_->cut(rows_.bytes);
  if (rows_.bytes == 0)
    file_->append(result_csv_header() + "\n");
}

void Journal::add(ImageResult result) {
  FOVEA_ASSERT(file_.has_value());
  file_->append(to_csv(result) + "\n");
  keep();
  rows_.results.push_back(std::move(result));
}

std::vector<ImageResult> Journal::finish() {
  if (file_) {
    keep();
    file_->sync();
    std::error_code error;
    fs::rename(files_.partial, files_.rows, error);
    if (error)
      throw OutputError(fmt::format("cannot write: {}", error.message()), files_.rows);
  }
  return std::move(rows_.results);
}

void Journal::keep() {
  if (!is_empty_)
    return;
  is_empty_ = false;
  forget_unfinished(files_.partial);
  forget_unfinished(files_.settings);
}

void Journal::check_settings(const nlohmann::ordered_json& settings) const {
  const std::string complaint = settings_difference(read_settings(files_.settings), settings);
  if (!complaint.empty())
    throw InputError(fmt::format("the earlier run had other settings: {}", complaint), files_.settings);
}

}  // namespace fovea
