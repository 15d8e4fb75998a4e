#include "evaluate/map_judge.hpp"

#include "base/check.hpp"
#include "evaluate/correlation.hpp"
#include "evaluate/masked_picture.hpp"
#include "evaluate/removed_sets.hpp"

#include <algorithm>
#include <cmath>
#include <variant>

namespace fovea {
namespace {

std::optional<double>& at(MapScores& scores, MapMeasure measure) {
  return scores.values[static_cast<std::size_t>(measure)];
}

/// The measures that need the object's place.
class TruthTests {
public:
  TruthTests(const ExplainedPicture& picture, const Tensor& map, const FaithfulnessProtocol& protocol,
             MapScores& scores)
      : picture_(picture), map_(map), protocol_(protocol), scores_(scores) {}

  void operator()(const std::monostate&) {}
  template <class Truth>
  void operator()(const Truth& truth) {
    if (protocol_.measures_any({MapMeasure::Pointing})) {
      // A map that is the same everywhere points nowhere, although the mean of its maxima is the centre.
      const bool points = rank_correlation(map_, map_).has_value();
      const bool hits = points && points_into(truth, map_, picture_.region, protocol_.tolerance);
      at(scores_, MapMeasure::Pointing) = hits ? 1 : 0;
    }
    if (protocol_.measures_any({MapMeasure::Energy}))
      at(scores_, MapMeasure::Energy) = energy_inside(truth, map_, picture_.region);
    if (protocol_.measures_any({MapMeasure::RankAccuracy}))
      at(scores_, MapMeasure::RankAccuracy) = rank_accuracy(truth, map_, picture_.region);
  }

private:
  const ExplainedPicture& picture_;
  const Tensor& map_;
  const FaithfulnessProtocol& protocol_;
  MapScores& scores_;
};

const Tensor& relevance_of(const JudgedMap& map) {
  return map.relevance.empty() ? map.map : map.relevance;
}

/// The baseline of pixel flipping.
Tensor black_of(const ExplainedPicture& picture) {
  if (!picture.black.empty())
    return picture.black;
  const auto values = picture.input.data<float>();
  const std::vector<float> darkest(static_cast<std::size_t>(picture.input.shape()[0]),
                                   *std::min_element(values.begin(), values.end()));
  return flat_picture(picture.input.shape(), darkest);
}

std::size_t elements_of(const ExplainedPicture& picture) {
  check_picture(picture.input);
  check_baseline(picture.input, picture.mean_colour);
  return static_cast<std::size_t>(picture.input.elements());
}

}  // namespace

MapJudge::MapJudge(const ExplainedPicture& picture, const FaithfulnessProtocol& protocol,
                   std::optional<double> score)
    : picture_(picture), protocol_(protocol),
      batch_(picture.score, elements_of(picture), protocol.curves.batch), given_score_(score) {
  blurred_ = blurred_picture(picture.input, protocol.blur);
  if (!given_score_)
    whole_ = batch_.add(picture.input.data<float>());
  mean_colour_ = batch_.add(picture.mean_colour.data<float>());
  blurred_place_ = batch_.add(blurred_.data<float>());
  if (wants({MapMeasure::PixelFlipping})) {
    black_ = black_of(picture);
    black_place_ = batch_.add(black_.data<float>());
  }
  if (wants({MapMeasure::Irof}))
    labels_ = superpixels(picture.input, protocol.superpixels);
  ask_sets();
}

double MapJudge::score() {
  return given_score_ ? *given_score_ : scored(whole_);
}
double MapJudge::mean_colour_score() {
  return scored(mean_colour_);
}
double MapJudge::blurred_score() {
  return scored(blurred_place_);
}

void MapJudge::ask_sets() {
  const Tensor &input = picture_.input, &mean = picture_.mean_colour;
  const std::int64_t height = input.shape()[1], width = input.shape()[2];
  const auto pixels = static_cast<std::size_t>(height * width);
  if (wants({MapMeasure::Sensitivity}))
    for (const double share : protocol_.set_shares) {
      FOVEA_CHECK(share > 0 && share < 1, "sets of {} of all pixels: expected a share within 0..1", share);
      const auto n = static_cast<std::size_t>(
          std::max<std::int64_t>(1, std::llround(share * static_cast<double>(pixels))));
      if (n < pixels)
        sensitivity_.emplace_back(input, mean, random_sets(pixels, n, protocol_.subsets, protocol_.seed),
                                  batch_);
    }
  if (wants({MapMeasure::MuFidelity})) {
    MuFidelityOptions options = protocol_.mu_fidelity;
    options.seed = protocol_.seed;
    cells_.emplace(input, mean, random_cells(height, width, options), batch_);
  }
  if (wants({MapMeasure::Infidelity})) {
    InfidelityOptions options = protocol_.infidelity;
    options.seed = protocol_.seed;
    squares_.emplace(input, mean, random_squares(height, width, options), batch_);
  }
}

MapJudge::Asked MapJudge::ask(const std::vector<MapToJudge>& maps, std::size_t m) {
  const Tensor& map = maps[m].map.map;
  check_covers(picture_.input, map);
  Asked asked;
  for (std::size_t i = 0; i < m && !asked.same_as; ++i)
    if (same_map(maps[i].map.map, map))
      asked.same_as = i;
  if (wants({MapMeasure::AverageDrop, MapMeasure::AverageIncrease}) && !asked.same_as)
    asked.masked = batch_.add(masked_picture(picture_.input, map, picture_.mean_colour).data<float>());
  if (asked.same_as)
    return asked;
  RoadOptions road = protocol_.road;
  road.seed = protocol_.seed;
  if (wants({MapMeasure::Deletion, MapMeasure::Insertion, MapMeasure::PixelFlipping, MapMeasure::RoadMost,
             MapMeasure::RoadGap}))
    asked.falling = rank_pixels(map, PixelOrder::MostRelevantFirst, protocol_.seed);
  if (wants({MapMeasure::RoadMost, MapMeasure::RoadGap}))
    asked.road_most = ask_road(picture_.input, asked.falling, road, batch_);
  if (wants({MapMeasure::RoadLeast, MapMeasure::RoadGap}))
    asked.road_least = ask_road(
        picture_.input, rank_pixels(map, PixelOrder::LeastRelevantFirst, protocol_.seed), road, batch_);
  if (wants({MapMeasure::Irof}))
    asked.irof = ask_irof(picture_.input, map, picture_.mean_colour, labels_, batch_);
  return asked;
}

void MapJudge::begin_curves(Asked& asked) {
  if (asked.same_as)
    return;
  const Tensor& input = picture_.input;
  const CurveOptions& options = protocol_.curves;
  if (wants({MapMeasure::Deletion}))
    asked.deletion.emplace_back(input, picture_.mean_colour, asked.falling, options, score(),
                                mean_colour_score());
  if (wants({MapMeasure::Insertion}))
    asked.insertion.emplace_back(blurred_, input, asked.falling, options, blurred_score(), score());
  if (wants({MapMeasure::PixelFlipping}))
    asked.flipping.emplace_back(input, black_, asked.falling, options, score(), scored(black_place_));
}

void MapJudge::run_curves(std::vector<Asked>& all) {
  std::vector<GradualCurve*> curves;
  for (Asked& asked : all) {
    begin_curves(asked);
    for (auto* list : {&asked.deletion, &asked.insertion, &asked.flipping})
      for (GradualCurve& curve : *list)
        curves.push_back(&curve);
  }
  while (!curves.empty()) {
    std::erase_if(curves, [&](GradualCurve* curve) { return !curve->ask(batch_); });
    const std::vector<double>& scores = batch_.scores();
    for (GradualCurve* curve : curves)
      curve->take(scores);
  }
}

void MapJudge::read_curves(const Asked& asked, MapScores& scores) {
  if (!asked.deletion.empty()) {
    scores.deletion = asked.deletion.front().curve();
    at(scores, MapMeasure::Deletion) = scores.deletion.area();
  }
  if (!asked.insertion.empty()) {
    scores.insertion = asked.insertion.front().curve();
    at(scores, MapMeasure::Insertion) = scores.insertion.area();
  }
  if (!asked.flipping.empty())
    at(scores, MapMeasure::PixelFlipping) = asked.flipping.front().curve().area();
  if (asked.road_most) {
    scores.road_most = asked.road_most->curve(score(), batch_.scores());
    if (wants({MapMeasure::RoadMost}))
      at(scores, MapMeasure::RoadMost) = scores.road_most.area();
  }
  if (asked.road_least) {
    scores.road_least = asked.road_least->curve(score(), batch_.scores());
    if (wants({MapMeasure::RoadLeast}))
      at(scores, MapMeasure::RoadLeast) = scores.road_least.area();
  }
  if (wants({MapMeasure::RoadGap}))
    at(scores, MapMeasure::RoadGap) = scores.road_least.area() - scores.road_most.area();
  if (asked.irof)
    at(scores, MapMeasure::Irof) = asked.irof->area(score(), batch_.scores());
}

void MapJudge::measure_map(const Asked& asked, const Tensor& map, MapScores& scores) {
  read_curves(asked, scores);
  // Scores that are not probabilities may be below 0, of which there is no fraction.
  if (asked.masked && score() > 0) {
    if (wants({MapMeasure::AverageDrop}))
      at(scores, MapMeasure::AverageDrop) = average_drop(score(), scored(*asked.masked));
    if (wants({MapMeasure::AverageIncrease}))
      at(scores, MapMeasure::AverageIncrease) = average_increase(score(), scored(*asked.masked)) ? 1 : 0;
  }
  if (wants({MapMeasure::Gini}))
    at(scores, MapMeasure::Gini) = gini_index(map);
  std::visit(TruthTests(picture_, map, protocol_, scores), picture_.truth);
}

/// The mean over several n of those where it is defined.
std::optional<double> MapJudge::mean_sensitivity(const Tensor& relevance) {
  double sum = 0;
  int count = 0;
  for (const AskedSets& removed : sensitivity_)
    if (const auto found = correlation(removed.sums(relevance), removed.falls(score(), batch_.scores()))) {
      sum += *found;
      ++count;
    }
  if (count == 0)
    return std::nullopt;
  return sum / count;
}

void MapJudge::measure_sets(const Tensor& relevance, MapScores& scores) {
  at(scores, MapMeasure::Sensitivity) = mean_sensitivity(relevance);
  if (cells_)
    at(scores, MapMeasure::MuFidelity) = correlation_of(
        cells_->sums(relevance), cells_->falls(score(), batch_.scores()), protocol_.mu_fidelity.ranks);
  if (squares_)
    at(scores, MapMeasure::Infidelity) = squared_misfit(
        squares_->sums(relevance), squares_->falls(score(), batch_.scores()), protocol_.infidelity.scaled);
}

void MapJudge::measure_method(const MapToJudge& judged, const Asked& asked, MapScores& scores) {
  const Tensor& input = picture_.input;
  const MapMethod& method = judged.method;
  if (method.other_class && wants({MapMeasure::OtherClass}))
    at(scores, MapMeasure::OtherClass) = rank_correlation(judged.map.map, method.other_class().map);
  if (!method.explain)
    return;
  if (wants({MapMeasure::Adcc}) && score() > 0) {
    const Tensor masked = masked_picture(input, judged.map.map, picture_.mean_colour);
    const std::size_t place = asked.masked ? *asked.masked : batch_.add(masked.data<float>());
    const double drop = average_drop(score(), scored(place));
    if (const auto found = adcc_of(judged.map.map, method.explain(masked).map, drop))
      at(scores, MapMeasure::Adcc) = found->value();
  }
  const ExplainPicture explain = [&](const Tensor& picture) -> Tensor {
    if (picture.data<float>().data() == input.data<float>().data())
      return relevance_of(judged.map);
    return relevance_of(method.explain(picture));
  };
  StabilityOptions stability = protocol_.stability;
  stability.seed = protocol_.seed;
  if (wants({MapMeasure::MaxSensitivity}))
    at(scores, MapMeasure::MaxSensitivity) = max_sensitivity(input, explain, stability);
  if (picture_.class_scores && wants({MapMeasure::InputStability, MapMeasure::OutputStability})) {
    const RelativeStability found = relative_stability(input, explain, picture_.class_scores, {}, stability);
    if (wants({MapMeasure::InputStability}))
      at(scores, MapMeasure::InputStability) = found.input;
    if (wants({MapMeasure::OutputStability}))
      at(scores, MapMeasure::OutputStability) = found.output;
  }
}

std::vector<MapScores> MapJudge::judge(const std::vector<MapToJudge>& maps) {
  std::vector<Asked> asked(maps.size());
  for (std::size_t m = 0; m < maps.size(); ++m)
    asked[m] = ask(maps, m);
  run_curves(asked);
  std::vector<MapScores> all;
  std::vector<MapScores> of_maps;  // without what depends on the method
  for (std::size_t m = 0; m < maps.size(); ++m) {
    MapScores scores;
    if (asked[m].same_as)
      scores = of_maps[*asked[m].same_as];
    else
      measure_map(asked[m], maps[m].map.map, scores);
    of_maps.push_back(scores);
    scores.same_as = asked[m].same_as;
    measure_sets(relevance_of(maps[m].map), scores);
    measure_method(maps[m], asked[m], scores);
    if (wants({MapMeasure::Completeness}))
      at(scores, MapMeasure::Completeness) = maps[m].map.completeness_error;
    all.push_back(std::move(scores));
  }
  return all;
}

}  // namespace fovea
