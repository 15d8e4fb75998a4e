#include "fovea/classify.hpp"

#include "base/check.hpp"
#include "methods/session_batches.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace fovea {

std::vector<double> softmax(std::span<const double> scores) {
  FOVEA_CHECK(!scores.empty(), "the model has no classes");
  for (double score : scores)
    FOVEA_CHECK(std::isfinite(score), "a score is {}", score);
  const double largest = *std::max_element(scores.begin(), scores.end());
  std::vector<double> probabilities;
  for (double score : scores)
    probabilities.push_back(std::exp(score - largest));
  const double sum = std::accumulate(probabilities.begin(), probabilities.end(), 0.0);
  for (double& probability : probabilities)
    probability /= sum;
  return probabilities;
}

std::vector<Prediction> top_k(std::span<const double> scores, std::int64_t k) {
  const std::vector<double> probabilities = softmax(scores);
  std::vector<std::size_t> order(scores.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return scores[a] > scores[b]; });
  order.resize(
      static_cast<std::size_t>(std::clamp<std::int64_t>(k, 0, static_cast<std::int64_t>(order.size()))));
  std::vector<Prediction> best;
  for (std::size_t index : order)
    best.push_back({static_cast<std::int64_t>(index), scores[index], probabilities[index]});
  return best;
}

std::vector<double> class_scores(Session& session, const Framing& framing,
                                 const Preprocessing& preprocessing) {
  std::vector<double> mean(static_cast<std::size_t>(session.program().classes()), 0.0);
  for (std::size_t first = 0; first < framing.crops.size();) {
    const std::int64_t count = fill_batch(session, framing, preprocessing, first);
    session.forward();
    for (std::int64_t n = 0; n < count; ++n) {
      const std::vector<double> scores = scores_of(session, n);
      for (std::size_t c = 0; c < mean.size(); ++c)
        mean[c] += scores[c] / static_cast<double>(framing.crops.size());
    }
    first += static_cast<std::size_t>(count);
  }
  return mean;
}

}  // namespace fovea
