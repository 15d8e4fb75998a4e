#pragma once

#include "evaluate/events.hpp"
#include "evaluate/map_tables.hpp"
#include "fovea/evaluate_maps.hpp"
#include "fovea/model.hpp"

#include <nlohmann/json.hpp>

#include <optional>
#include <string>
#include <vector>

/// The sanity check of maps on many photos: the maps of several methods, in networks whose layers are
/// shuffled in stages, compared with those of the network as it is.
namespace fovea {

/// What became of one method in one network with shuffled layers.
struct SanityPoint {
  std::string method;
  std::string kind;          ///< "cascading", "independent" or "other_class"
  SanityStage stage;         ///< of other_class: no layers
  std::size_t position = 0;  ///< of the stage's last layer, from 1 at the scores; 0 of other_class
  MeanLikeness mean;
  std::int64_t undefined = 0;  ///< images whose map could not be made or compared
};

struct SanityResults {
  std::vector<std::string> methods;
  std::vector<MeanInterval> cascades;  ///< `cascade_rank` of each method
  std::vector<SanityPoint> points;
  std::int64_t images = 0;  ///< that were used
  std::int64_t layers = 0;
  std::vector<FailedImage> failed;
  bool comparison_failed = false;   ///< maps of a changed network could not be made for some picture
  nlohmann::ordered_json settings;  ///< not filled in by `run_sanity`
};

struct SanityRun {
  std::vector<std::string> images;
  Model model;
  /// Of one picture; its seed is also the one of shuffling and of intervals. Shuffled layers do not matter.
  ExplainOptions explain;
  std::optional<std::int64_t> class_index = {};  ///< none: the best guess
  std::int64_t stages = 10;                      ///< as `cascading_stages` has it
  std::size_t workers = 1;
};

/// A run whose networks are checked and compiled as far as can be before any picture is read.
class SanityCheck {
public:
  /// InputError for a network without layers that could be shuffled, and as Explainer.
  explicit SanityCheck(SanityRun run);
  /// The program that gives the scores of the network as it is.
  const Program& scores() const { return explainer_->program(); }
  /// The class that is explained; none: the best guess.
  void explain_class(std::optional<std::int64_t> index) { run_.class_index = index; }
  SanityResults results(const EvaluationEvents& events) const;

private:
  SanityRun run_;
  std::vector<std::string> layers_;
  std::optional<Explainer> explainer_;  ///< of the network as it is
};

}  // namespace fovea
