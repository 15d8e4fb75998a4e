#pragma once

#include "evaluate/events.hpp"
#include "fovea/classes.hpp"
#include "fovea/evaluate_localization.hpp"
#include "fovea/evaluate_maps.hpp"

#include <nlohmann/json.hpp>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

/// Evaluates the maps of several methods on many photos, with several workers.
namespace fovea {

/// The true places of objects, by the picture's file name.
class ObjectTruths {
public:
  /// No truth for any picture.
  ObjectTruths() = default;
  /// Boxes and, unless `classes` is 0, classes from a CSV: see read_truth_csv.
  ObjectTruths(const std::string& csv, const Labels& labels, std::int64_t classes);
  /// Masks from a folder that holds NAME.png for a picture NAME.
  static ObjectTruths of_masks(std::string folder);

  /// Whether there is no truth for any picture.
  bool empty() const { return masks_.empty() && images_.empty(); }
  /// Whether there is truth for a picture: a row of its name, or a mask.
  bool knows(const std::string& path) const;
  /// The truth of a picture, turned upright as the photo is, or none; sets the class if it is known and not
  /// given.
  /// InputError for a mask that cannot be read or is of another size, and for boxes that cannot be used.
  ObjectTruth of(const std::string& path, const Image& photo, std::optional<std::int64_t>& class_index) const;

private:
  const AnnotatedImage* find(const std::string& path) const;
  std::string mask_of(const std::string& path) const;

  std::string masks_;  ///< folder; empty: none
  std::map<std::string, AnnotatedImage> images_;
};

/// A photo's results, or the reason why there are none.
struct FaithfulnessImage {
  std::string image;
  JudgedPhoto judged;
  std::string error;  ///< empty: there are results
  bool failed() const { return !error.empty(); }
};

/// The results of all images.
struct FaithfulnessResults {
  std::vector<std::string> methods;  ///< with the controls at the end
  std::vector<FaithfulnessImage> images;
  nlohmann::ordered_json settings;
  std::uint64_t seed = 0;  ///< of bootstrap intervals
  std::size_t failures() const;
};

struct FaithfulnessRun {
  std::vector<std::string> images;
  Explainer explainer;                    ///< of all methods; its crops are Whole or One
  std::shared_ptr<const Program> scores;  ///< its batch is how many pictures are scored at a time
  ObjectTruths truths;
  FaithfulnessProtocol protocol;
  std::optional<std::int64_t> class_index;  ///< none: the truth's, else the best guess
  std::size_t workers = 1;
};
/// One result for each image, in their order. A photo that cannot be used is a result with an error.
std::vector<FaithfulnessImage> run_faithfulness(const FaithfulnessRun& run, const EvaluationEvents& events);

}  // namespace fovea
