#pragma once

#include "evaluate/faithfulness_run.hpp"
#include "fovea/evaluate_localization.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

/// Ground truth and pictures that do not belong together, found before anything is computed.
namespace fovea {

/// How many of some things are missing, and one of them.
struct MissingFiles {
  std::size_t missing = 0, all = 0;
  std::string first;  ///< the name of the first one; empty: none is missing

  /// Counts one of them.
  void add(const std::string& name, bool is_missing);
  bool is_any() const { return missing > 0; }
  bool is_all() const { return missing > 0 && missing == all; }
  /// "230 of 250", or "all 250".
  std::string count() const;
};

/// The images whose pictures are not in the folder, of those at the given places of the truth.
MissingFiles missing_pictures(std::span<const AnnotatedImage> truth, std::span<const std::int64_t> places,
                              const std::string& folder);
/// Takes the images whose pictures are not in the folder out of the truth.
MissingFiles leave_out_missing(std::vector<AnnotatedImage>& truth, const std::string& folder);
/// InputError, in one sentence that says what would work, if pictures are missing. `source` is the file of
/// the truth.
void check_no_picture_is_missing(const MissingFiles& missing, const std::string& source,
                                 const std::string& folder);

/// The pictures of which the ground truth knows nothing. None if there is no truth at all.
MissingFiles pictures_without_truth(const ObjectTruths& truths, std::span<const std::string> pictures);
/// InputError if the truth knows none of the pictures. `source` is its file or folder.
void check_truth_fits(const MissingFiles& missing, const std::string& source);

}  // namespace fovea
