#include "explain/confidence_gradient.hpp"

namespace fovea {
namespace {

/// Adds `sign` times the gradient of one class's confidence.
void add_gradient(const ScoreHead& head, const ClassScores& scores, std::size_t chosen, double sign,
                  std::vector<double>& gradient) {
  if (scores.probabilities.empty() || head.activation == Activation::None ||
      head.activation == Activation::Given) {
    gradient[chosen] += sign;
    return;
  }
  const double p = scores.probabilities[chosen];
  if (head.activation == Activation::Sigmoid) {
    gradient[chosen] += sign * p * (1 - p);
    return;
  }
  gradient[chosen] += sign * p;
  for (std::size_t k = 0; k < gradient.size(); ++k)
    if (head.groups.empty() || head.groups[k] == head.groups[chosen])
      gradient[k] -= sign * p * scores.probabilities[k];
}

}  // namespace

std::vector<double> confidence_gradient(const ScoreHead& head, const ClassScores& scores,
                                        const ExplainedScore& target) {
  std::vector<double> gradient(scores.scores.size(), 0);
  add_gradient(head, scores, static_cast<std::size_t>(target.class_index), 1, gradient);
  if (target.against)
    add_gradient(head, scores, static_cast<std::size_t>(*target.against), -1, gradient);
  return gradient;
}

}  // namespace fovea
