#include "fovea/classify.hpp"

#include "base/check.hpp"
#include "explain/session_batches.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace fovea {
namespace {

/// Adds a share of some scores to a mean.
void add(std::vector<double>& mean, const std::vector<double>& scores, double share) {
  mean.resize(scores.size(), 0.0);
  for (std::size_t i = 0; i < scores.size(); ++i)
    mean[i] += share * scores[i];
}

}  // namespace

std::optional<double> ClassScores::probability(std::int64_t class_index) const {
  if (probabilities.empty())
    return std::nullopt;
  return probabilities.at(static_cast<std::size_t>(class_index));
}

Prediction ClassScores::prediction(std::int64_t class_index) const {
  const auto at = static_cast<std::size_t>(class_index);
  return {class_index, scores.at(at), probability(class_index),
          shares.empty() ? std::nullopt : std::optional(shares.at(at))};
}

std::vector<Prediction> top_k(const ClassScores& all, std::int64_t k) {
  const std::vector<double>& scores = all.scores;
  std::vector<std::size_t> order(scores.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::erase_if(order, [&](std::size_t index) { return std::isinf(scores[index]); });
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return scores[a] > scores[b]; });
  order.resize(
      static_cast<std::size_t>(std::clamp<std::int64_t>(k, 0, static_cast<std::int64_t>(order.size()))));
  std::vector<Prediction> best;
  for (std::size_t index : order)
    best.push_back(all.prediction(static_cast<std::int64_t>(index)));
  return best;
}

ClassScores class_scores(Session& session, const Framing& framing, const Preprocessing& preprocessing) {
  ClassScores mean;
  std::vector<double> further;
  const double share = 1 / static_cast<double>(framing.crops.size());
  for (std::size_t first = 0; first < framing.crops.size();) {
    const std::int64_t count = fill_batch(session, framing, preprocessing, first);
    session.forward();
    for (std::int64_t n = 0; n < count; ++n) {
      add(mean.scores, scores_of(session, n), share);
      add(further, further_scores_of(session, n), share);
    }
    first += static_cast<std::size_t>(count);
  }
  mean.probabilities = session.program().head().probabilities(mean.scores, further);
  return mean;
}

}  // namespace fovea
