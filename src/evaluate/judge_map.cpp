#include "base/check.hpp"
#include "evaluate/map_judge.hpp"
#include "explain/session_batches.hpp"
#include "fovea/classify.hpp"
#include "fovea/evaluate_maps.hpp"
#include "fovea/measures.hpp"

#include <algorithm>

namespace fovea {

MapScores judge_map(const ExplainedPicture& picture, const JudgedMap& map,
                    const FaithfulnessProtocol& protocol, const MapMethod& method) {
  return MapJudge(picture, protocol).judge({{map, method}}).front();
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
