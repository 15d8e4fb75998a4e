#pragma once

#include "evaluate/curves.hpp"
#include "evaluate/picture_batch.hpp"
#include "fovea/evaluate_maps.hpp"

#include <list>
#include <optional>
#include <vector>

namespace fovea {

/// A map with the method that has made it.
struct MapToJudge {
  JudgedMap map;
  MapMethod method = {};
};

/// Judges all maps of a picture. What depends on the picture alone, such as the scores of its baselines and
/// those without random sets of pixels, is computed once for all maps, curves once for all maps that are the
/// same, and changed pictures of all maps are scored together, so that hardly a batch is not full.
class MapJudge {
public:
  /// Keeps references to both. `score`: the picture's own score; none: it is computed. InputError for a
  /// picture that is none.
  MapJudge(const ExplainedPicture& picture, const FaithfulnessProtocol& protocol,
           std::optional<double> score = {});

  /// InputError for the reasons of the individual measures.
  std::vector<MapScores> judge(const std::vector<MapToJudge>& maps);

  /// The scores of the picture, of the last picture of deletion, and of the first one of insertion.
  double score();
  double mean_colour_score();
  double blurred_score();

private:
  /// What is asked of one map, unless an earlier one is the same.
  struct Asked {
    std::optional<std::size_t> same_as;
    std::vector<std::int64_t> falling;  ///< pixels, most relevant first
    std::optional<AskedRoad> road_most, road_least;
    std::optional<AskedIrof> irof;
    std::optional<std::size_t> masked;                      ///< its place
    std::list<GradualCurve> deletion, insertion, flipping;  ///< one or none
  };

  bool wants(std::initializer_list<MapMeasure> any) const { return protocol_.measures_any(any); }
  double scored(std::size_t place) { return batch_.scores()[place]; }
  void ask_sets();
  Asked ask(const std::vector<MapToJudge>& maps, std::size_t m);
  void begin_curves(Asked& asked);
  void run_curves(std::vector<Asked>& all);
  /// What depends on the map as it is shown, and not on the method.
  void read_curves(const Asked& asked, MapScores& scores);
  void measure_map(const Asked& asked, const Tensor& map, MapScores& scores);
  /// What depends on the signed relevance.
  void measure_sets(const Tensor& relevance, MapScores& scores);
  void measure_method(const MapToJudge& judged, const Asked& asked, MapScores& scores);
  std::optional<double> mean_sensitivity(const Tensor& relevance);

  const ExplainedPicture& picture_;
  const FaithfulnessProtocol& protocol_;
  Tensor blurred_, black_, labels_;
  PictureBatch batch_;
  std::optional<double> given_score_;
  std::size_t whole_ = 0, mean_colour_ = 0, blurred_place_ = 0, black_place_ = 0;  ///< in the batch
  std::vector<AskedSets> sensitivity_;
  std::optional<AskedSets> cells_, squares_;
};

}  // namespace fovea
