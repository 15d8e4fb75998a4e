#include "base/check.hpp"
#include "explain/session_batches.hpp"
#include "fovea/classify.hpp"
#include "fovea/evaluate_maps.hpp"
#include "fovea/measures.hpp"

#include <algorithm>
#include <cmath>

namespace fovea {
namespace {

/// The mean over several n of those where it is defined.
std::optional<double> mean_sensitivity(const ExplainedPicture& picture, const JudgedMap& map,
                                       const FaithfulnessProtocol& protocol) {
  const Tensor& relevance = map.relevance.empty() ? map.map : map.relevance;
  const auto pixels = static_cast<double>(relevance.elements());
  double sum = 0;
  int count = 0;
  for (const double share : protocol.set_shares) {
    FOVEA_CHECK(share > 0 && share < 1, "sets of {} of all pixels: expected a share within 0..1", share);
    const auto n = std::max<std::int64_t>(1, std::llround(share * pixels));
    const auto found = sensitivity_n(picture.input, relevance, picture.mean_colour, picture.score, n,
                                     {protocol.subsets, protocol.curves.batch, protocol.seed});
    if (found) {
      sum += *found;
      ++count;
    }
  }
  if (count == 0)
    return std::nullopt;
  return sum / count;
}

class TruthTests {
public:
  TruthTests(const ExplainedPicture& picture, const Tensor& map, double tolerance, MapScores& scores)
      : picture_(picture), map_(map), tolerance_(tolerance), scores_(scores) {}

  void operator()(const std::monostate&) {}
  template <class Truth>
  void operator()(const Truth& truth) {
    const auto at = [&](MapMeasure measure) -> std::optional<double>& {
      return scores_.values[static_cast<std::size_t>(measure)];
    };
    // A map that is the same everywhere points nowhere, although the mean of its maxima is the centre.
    const bool points = rank_correlation(map_, map_).has_value();
    at(MapMeasure::Pointing) = points && points_into(truth, map_, picture_.region, tolerance_) ? 1 : 0;
    at(MapMeasure::Energy) = energy_inside(truth, map_, picture_.region);
  }

private:
  const ExplainedPicture& picture_;
  const Tensor& map_;
  double tolerance_;
  MapScores& scores_;
};

}  // namespace

const std::array<MapMeasureInfo, kMapMeasures>& map_measures() {
  static constexpr std::array<MapMeasureInfo, kMapMeasures> all = {{
      {MapMeasure::Deletion, "deletion", "deletion", Better::Lower},
      {MapMeasure::Insertion, "insertion", "insertion", Better::Higher},
      {MapMeasure::RoadMost, "road_most", "ROAD, most relevant first", Better::Lower},
      {MapMeasure::RoadLeast, "road_least", "ROAD, least relevant first", Better::Higher},
      {MapMeasure::RoadGap, "road_gap", "ROAD, least less most", Better::Higher},
      {MapMeasure::Sensitivity, "sensitivity_n", "sensitivity-n", Better::Higher},
      {MapMeasure::Pointing, "pointing", "pointing game", Better::Higher},
      {MapMeasure::Energy, "energy", "energy on the object", Better::Higher},
      {MapMeasure::Gini, "gini", "Gini index", Better::Neither},
      {MapMeasure::Completeness, "completeness_error", "completeness error", Better::Lower},
  }};
  return all;
}

MapScores judge_map(const ExplainedPicture& picture, const JudgedMap& map,
                    const FaithfulnessProtocol& protocol) {
  MapScores scores;
  CurveOptions curves = protocol.curves;
  RoadOptions road = protocol.road;
  curves.seed = road.seed = protocol.seed;
  road.batch = curves.batch;
  scores.deletion = deletion_curve(picture.input, map.map, picture.mean_colour, picture.score, curves);
  scores.insertion = insertion_curve(picture.input, map.map, blurred_picture(picture.input, protocol.blur),
                                     picture.score, curves);
  scores.road_most = road_curve(picture.input, map.map, picture.score, PixelOrder::MostRelevantFirst, road);
  scores.road_least = road_curve(picture.input, map.map, picture.score, PixelOrder::LeastRelevantFirst, road);
  const auto at = [&](MapMeasure measure) -> std::optional<double>& {
    return scores.values[static_cast<std::size_t>(measure)];
  };
  at(MapMeasure::Deletion) = scores.deletion.area();
  at(MapMeasure::Insertion) = scores.insertion.area();
  at(MapMeasure::RoadMost) = scores.road_most.area();
  at(MapMeasure::RoadLeast) = scores.road_least.area();
  at(MapMeasure::RoadGap) = scores.road_least.area() - scores.road_most.area();
  at(MapMeasure::Sensitivity) = mean_sensitivity(picture, map, protocol);
  at(MapMeasure::Gini) = gini_index(map.map);
  at(MapMeasure::Completeness) = map.completeness_error;
  std::visit(TruthTests(picture, map.map, protocol.tolerance, scores), picture.truth);
  return scores;
}

ScorePictures class_probability(Session& session, std::int64_t class_index) {
  const std::int64_t classes = session.program().classes();
  FOVEA_CHECK(class_index >= 0 && class_index < classes,
              "class {} is out of range: the model has {} classes, 0 to {}", class_index, classes,
              classes - 1);
  const InputSize size = input_size(session);
  const auto elements = static_cast<std::size_t>(size.channels * size.height * size.width);
  const std::int64_t batch = session.program().options().batch;
  return [&session, class_index, elements, batch](std::span<const float> pictures, std::int64_t count) {
    FOVEA_CHECK(pictures.size() == elements * static_cast<std::size_t>(count),
                "{} values for {} pictures of the network's size: expected {}", pictures.size(), count,
                elements * static_cast<std::size_t>(count));
    std::vector<double> probabilities;
    for (std::int64_t first = 0; first < count; first += batch) {
      const std::int64_t taken = std::min(batch, count - first);
      const auto from = pictures.subspan(static_cast<std::size_t>(first) * elements,
                                         static_cast<std::size_t>(taken) * elements);
      // The rest of the batch is ignored.
      std::copy(from.begin(), from.end(), session.input().data<float>().begin());
      session.forward();
      for (std::int64_t n = 0; n < taken; ++n)
        probabilities.push_back(
            class_scores_of(session, n).confidences()[static_cast<std::size_t>(class_index)]);
    }
    return probabilities;
  };
}

std::array<MeasuredMean, kMapMeasures> summarize(std::span<const MapScores> images,
                                                 const BootstrapOptions& options) {
  std::array<MeasuredMean, kMapMeasures> means;
  for (std::size_t i = 0; i < kMapMeasures; ++i) {
    std::vector<double> values;
    for (const MapScores& image : images)
      if (image.values[i])
        values.push_back(*image.values[i]);
    means[i] = {bootstrap_mean(values, options), static_cast<std::int64_t>(images.size() - values.size())};
  }
  return means;
}

MeanCurve mean_curve(std::span<const Curve> curves, const BootstrapOptions& options) {
  MeanCurve mean;
  if (curves.empty())
    return mean;
  mean.shares = curves.front().shares;
  for (const Curve& curve : curves)
    FOVEA_CHECK(curve.shares == mean.shares && curve.scores.size() == mean.shares.size(),
                "curves of different shares have no mean");
  for (std::size_t i = 0; i < mean.shares.size(); ++i) {
    std::vector<double> scores;
    for (const Curve& curve : curves)
      scores.push_back(curve.scores[i]);
    mean.scores.push_back(bootstrap_mean(scores, options));
  }
  return mean;
}

}  // namespace fovea
