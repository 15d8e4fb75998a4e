#pragma once

#include "fovea/classes.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// The true classes of photos, against which a network's guesses are counted.
namespace fovea {

/// A photo's true class as its source has it, before a network's classes are searched for it. At least one
/// field is given.
struct TrueClass {
  std::string wordnet_id;
  std::optional<std::int64_t> index;
  std::string name;  ///< or any other text that Labels::find understands

  /// The class's name or what else is known of it, for display.
  std::string text() const;
  /// The class's index in a network: by WordNet id if the labels have ids, else by index, else by name.
  /// InputError if the network has no such class.
  std::int64_t in(const Labels& labels, std::int64_t classes) const;
};

/// The true classes of a list of photos.
struct ClassTruth {
  std::vector<std::optional<TrueClass>> of_photo;  ///< in the photos' order; empty: there is no truth
  std::size_t unused = 0;                          ///< entries of the source whose photos are not in the list

  bool empty() const { return of_photo.empty(); }
  /// The number of photos without a class.
  std::size_t missing() const;
};

/// Reads a CSV with a header: `file` and at least one of `wnid`, `class_index` and `class` (a name); other
/// columns are ignored, so a file for `read_truth_csv` will do. `file` is the end of the photo's path,
/// folders included as far as they are needed to tell photos apart; its extension may be missing. InputError
/// naming the file, and the line where there is one, if it is malformed, if a photo has two classes, if a
/// name fits several photos, and if it names none of the photos.
ClassTruth read_class_truth(const std::string& path, const std::vector<std::string>& photos);

/// Takes the name of each photo's folder for its class: a name, a WordNet id or an index.
ClassTruth class_truth_of_folders(const std::vector<std::string>& photos);

/// Whether a user's text names a CSV that also has boxes, in the column "x0" and others: see read_truth_csv.
bool has_boxes(const std::string& source);

/// The truth that a user's text names: "folders", the path of a CSV, or none if it is empty.
ClassTruth class_truth(const std::string& source, const std::vector<std::string>& photos);

}  // namespace fovea
