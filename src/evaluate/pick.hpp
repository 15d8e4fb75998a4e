#pragma once

#include "evaluate/faithfulness_results.hpp"

#include <nlohmann/json.hpp>

#include <optional>
#include <string>
#include <vector>

/// The recommendation of a method and its settings by an evaluation of faithfulness.
namespace fovea {

/// Adds the measures that a recommendation needs to a list in the order of the enumeration; the default
/// measures are replaced by them, since a recommendation is what is asked for.
void add_measures_to_pick_by(std::vector<MapMeasure>& measures);

enum class PickVerdict {
  Best,
  NotToldApart,  ///< the interval of the difference to the best contains 0
  Worse,         ///< it does not
  ClassBlind,    ///< its map of another class is the same (kSameForClasses): not recommended
  LikeControls,  ///< no better than the random map or the centre prior: not recommended
};
std::string_view name_of(PickVerdict verdict);

struct PickedMethod {
  std::string name;
  /// Of a photo: the mean of insertion less deletion and ROAD's gap; -1..1, high is good.
  MeanInterval score;
  MeanInterval behind;  ///< how far it lies behind the best, photo by photo
  std::optional<double> other_class;
  PickVerdict verdict = PickVerdict::Worse;
  std::vector<std::string> same;  ///< other candidates whose maps are the same on all photos
};

/// A recommendation. Candidates with the same maps are one.
struct Pick {
  std::vector<PickedMethod> methods;  ///< best first; the controls are not among them
  std::int64_t photos = 0;
  /// Whether one is recommended: at least one is neither blind to the class nor like the controls.
  bool has_best() const;
  /// Whether the photos decide: the best can be told apart from all others that might be recommended.
  bool is_decided() const;
  /// The number of photos that would likely tell the best from the next; none where they do, and where the
  /// two do not differ.
  std::optional<std::int64_t> photos_needed() const;
};

/// Recommends among the methods of results that have those measures. With fewer than two photos
/// nothing is decided.
Pick pick_method(const FaithfulnessResults& results);
/// The same of results that were made to pick one: whose settings say so. None for others.
std::optional<Pick> picked(const FaithfulnessResults& results);
nlohmann::ordered_json to_json(const Pick& pick);
/// What is recommended, and whether the photos decide, as sentences.
std::string recommendation(const Pick& pick);
/// The same and a table, of at most 80 columns.
std::string pick_text(const Pick& pick);

}  // namespace fovea
