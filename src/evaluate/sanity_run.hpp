#pragma once

#include "evaluate/events.hpp"
#include "evaluate/map_tables.hpp"
#include "fovea/evaluate_maps.hpp"
#include "fovea/model.hpp"

#include <nlohmann/json.hpp>

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
  nlohmann::ordered_json settings;  ///< not filled in by `run_sanity`
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

/// A run whose networks are checked and compiled, as far as possible, before any picture is read.
class SanityCheck {
public:
  /// InputError for a network without layers that can be shuffled, and as for Explainer.
  explicit SanityCheck(SanityRun run);
  /// The program for the scores of the original network.
  const Program& scores() const { return explainer_->program(); }
  /// The class that is explained; none: the best guess.
  void explain_class(std::optional<std::int64_t> index) { run_.class_index = index; }
  SanityResults results(const EvaluationEvents& events) const;

private:
  SanityRun run_;
  std::vector<std::string> layers_;
  std::optional<Explainer> explainer_;  ///< of the original network
};

}  // namespace fovea
