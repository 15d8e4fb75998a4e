#pragma once

#include "evaluate/events.hpp"
#include "evaluate/map_tables.hpp"
#include "fovea/evaluate_maps.hpp"
#include "fovea/model.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

/// The sanity check of maps on many photos: the maps of several methods in networks with layers shuffled in
/// stages are compared with those of the original network.
namespace fovea {

/// The result of one method in one network with shuffled layers.
struct SanityPoint {
  std::string method;
  std::string kind;          ///< "cascading", "independent" or "other_class"
  SanityStage stage;         ///< empty for other_class
  std::size_t position = 0;  ///< position of the stage's last layer, from 1 at the scores; 0 for other_class
  MeanLikeness mean;
  std::int64_t undefined = 0;  ///< images whose map could not be made or compared
};

struct SanityResults {
  std::vector<std::string> methods;
  std::vector<MeanInterval> cascades;  ///< `cascade_rank` of each method
  std::vector<SanityPoint> points;
  std::int64_t images = 0;  ///< the number of images used
  std::int64_t layers = 0;
  std::vector<FailedImage> failed;
  bool comparison_failed = false;   ///< maps of a changed network could not be made for some picture
  nlohmann::ordered_json settings;  ///< not filled in by a run
};

/// A comparison of each photo's maps with other maps of it: of one kind of changed network, or of another
/// class.
struct SanityComparison {
  std::string kind;          ///< as in SanityPoint
  SanityStage stage;         ///< its layers are known to the run, not to its data
  std::size_t position = 0;  ///< as in SanityPoint
};

/// What a run compares, which its data and its results are lists of.
struct SanityPlan {
  std::vector<std::string> methods;
  std::int64_t layers = 0;  ///< that can be shuffled
  std::vector<SanityComparison> comparisons;
  std::uint64_t seed = 0;  ///< of shuffling and intervals
};

/// The likenesses of one photo's maps, or the reason why there are none.
struct SanityPhoto {
  std::string image;
  /// `found[comparison][method]`; none: a map could not be made or compared.
  std::vector<std::vector<std::optional<MapLikeness>>> found;
  std::string error;  ///< a sentence if there is nothing of the photo, or not every comparison
  bool is_used() const { return !found.empty(); }
};

struct SanityRun {
  std::vector<std::string> images;
  Model model;
  /// Options for a batch of one picture; their seed also determines shuffling and intervals. Shuffled layers
  /// are ignored.
  ExplainOptions explain;
  std::optional<std::int64_t> class_index = {};  ///< none: the best guess
  std::int64_t stages = 10;                      ///< see `cascading_stages`
  std::size_t workers = 1;
};

/// A photo to be compared.
struct SanityInput {
  std::string name;             ///< its path
  std::function<Image()> read;  ///< any thread may call it, once
  std::uint64_t number = 0;     ///< among all photos; determines the other class
};

/// The wall-clock time of a comparison, in seconds.
struct SanityTimes {
  double compiling = 0;  ///< the changed networks
  double all = 0;
};

/// How many photos a run over many compares at a time: so many that compiling takes a tenth of the time, but
/// few, since an interrupt loses the work on them and their maps are in memory.
class SanityGroups {
public:
  explicit SanityGroups(std::size_t workers) : workers_(workers), size_(2 * workers) {}
  std::size_t size() const { return size_; }
  /// Adjusts the size by what the last group took.
  void learn(const SanityTimes& times, std::size_t photos);

private:
  std::size_t workers_, size_;
};

/// A run whose networks are checked and compiled, as far as possible, before any picture is read.
class SanityCheck {
public:
  /// InputError for a network without layers that can be shuffled, and as for Explainer.
  explicit SanityCheck(SanityRun run);
  /// The program for the scores of the original network.
  const Program& scores() const { return explainer_->program(); }
  /// The class that is explained; none: the best guess.
  void explain_class(std::optional<std::int64_t> index) { run_.class_index = index; }
  SanityPlan plan() const;
  /// Compares the maps of photos, one result for each, in their order. The changed networks are compiled one
  /// after the other, once for all these photos, whose maps are in memory meanwhile. Progress is counted in
  /// photos times networks. Cancelled once `is_stopped`, which may be empty, says so.
  std::vector<SanityPhoto> compare(const std::vector<SanityInput>& photos, const EvaluationEvents& events,
                                   const std::function<bool()>& is_stopped = {},
                                   SanityTimes* times = nullptr) const;
  /// The results of all images of the run.
  SanityResults results(const EvaluationEvents& events) const;

private:
  SanityRun run_;
  std::vector<std::string> layers_;
  std::optional<Explainer> explainer_;  ///< of the original network
};

/// The results of photos, taken one after the other.
class SanitySums {
public:
  explicit SanitySums(SanityPlan plan);
  void add(const SanityPhoto& photo);
  /// Without settings.
  SanityResults results() const;

private:
  SanityPlan plan_;
  /// By comparison and method: of the photos where it is defined; and how many others there are.
  std::vector<std::vector<std::vector<MapLikeness>>> defined_;
  std::vector<std::vector<std::int64_t>> undefined_;
  /// Rank correlations by method, photo and stage of the cascade.
  std::vector<std::vector<std::vector<std::optional<double>>>> ranks_;
  SanityResults results_;
};

}  // namespace fovea
