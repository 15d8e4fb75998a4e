#pragma once

#include "evaluate/candidates.hpp"
#include "evaluate/events.hpp"
#include "fovea/classes.hpp"
#include "fovea/evaluate_localization.hpp"
#include "fovea/evaluate_maps.hpp"

#include <nlohmann/json.hpp>

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
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
  /// given. `orientation` gives the orientation of a picture that is no file; empty: it is read from the
  /// file. InputError for a mask that cannot be read or is of another size, and for boxes that cannot be
  /// used.
  ObjectTruth of(const std::string& path, const Image& photo, std::optional<std::int64_t>& class_index,
                 const std::function<int()>& orientation = {}) const;

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
  std::string error;         ///< empty: there are results
  std::string picture = {};  ///< the URL of a small picture of the photo, if it may be shown; else empty
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

/// How photos are judged.
struct FaithfulnessPlan {
  /// Of the methods; their crops are Whole or One.
  CompiledCandidates methods;
  std::shared_ptr<const Program> scores;  ///< its batch is how many pictures are scored at a time
  ObjectTruths truths;
  FaithfulnessProtocol protocol;
  std::optional<std::int64_t> class_index;  ///< none: the truth's, else the best guess
  /// Gives the URL of a small picture of a photo for pages; empty: there are none. Several threads may call
  /// it.
  std::function<std::string(const Image& photo)> small_picture = {};
};

/// The number of pictures that are scored at a time. One thread is fastest with single pictures, whose values
/// stay in its cache; several share a batch better than a picture.
constexpr std::int64_t scoring_batch(int threads) {
  return threads == 1 ? 1 : 8;
}

/// A photo to be judged.
struct JudgedInput {
  std::string name;  ///< its path
  Image photo;
  std::uint64_t number = 0;               ///< among all photos; determines the random map
  std::function<int()> orientation = {};  ///< as for `ObjectTruths::of`
};

/// The photos of which the page shows pictures, at most.
inline constexpr std::size_t kHardestShown = 12;

/// The lowest of the values so far. Any thread may call it.
class LowestValues {
public:
  explicit LowestValues(std::size_t most) : most_(most) {}
  /// Takes a value. Whether it may be among the lowest `most` of all, in whatever order they come.
  bool may_be_among(double value);

private:
  std::size_t most_;
  std::mutex mutex_;
  std::multiset<double> values_;
};

/// Sums of the times of several judges. Any thread may add some.
class FaithfulnessClock {
public:
  void add(const FaithfulnessTimes& times);
  /// A sentence that says where the time went; empty for less than a second.
  std::string text() const;

private:
  mutable std::mutex mutex_;
  FaithfulnessTimes sum_;
};

/// Judges photos, one at a time; each thread has one of its own.
class FaithfulnessJudge {
public:
  /// Keeps references to the plan, the values and the clock, which the judges of a run share.
  FaithfulnessJudge(const FaithfulnessPlan& plan, LowestValues& hardest, FaithfulnessClock& clock);
  /// InputError for a photo that cannot be used.
  FaithfulnessImage judge(JudgedInput input);

private:
  const FaithfulnessPlan& plan_;
  LowestValues& hardest_;
  FaithfulnessClock& clock_;
  Session scorer_;
  std::vector<Explainer> explainers_;
};

struct FaithfulnessRun {
  std::vector<std::string> images;
  FaithfulnessPlan plan;
  std::size_t workers = 1;
};
/// One result for each image, in their order. A photo that cannot be used is a result with an error.
std::vector<FaithfulnessImage> run_faithfulness(const FaithfulnessRun& run, const EvaluationEvents& events);

}  // namespace fovea
