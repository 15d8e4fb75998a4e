#include "fovea/classes.hpp"

#include "base/check.hpp"
#include "base/enum_names.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace fovea {
namespace {

void check_finite(std::span<const double> scores) {
  for (const double score : scores)
    FOVEA_CHECK(std::isfinite(score), "a score is {}", score);
}

/// exp(s_k) / sum of exp(s_j) over the scores of k's group, without overflow.
std::vector<double> softmax_in_groups(std::span<const double> scores, std::span<const std::int32_t> groups) {
  const auto group_of = [&](std::size_t k) {
    return groups.empty() ? std::size_t{0} : static_cast<std::size_t>(groups[k]);
  };
  std::size_t count = 1;
  for (const std::int32_t group : groups)
    count = std::max(count, static_cast<std::size_t>(group) + 1);
  std::vector<double> largest(count, -std::numeric_limits<double>::infinity()), sums(count, 0);
  for (std::size_t k = 0; k < scores.size(); ++k)
    largest[group_of(k)] = std::max(largest[group_of(k)], scores[k]);
  std::vector<double> probabilities;
  probabilities.reserve(scores.size());
  for (std::size_t k = 0; k < scores.size(); ++k) {
    probabilities.push_back(std::exp(scores[k] - largest[group_of(k)]));
    sums[group_of(k)] += probabilities.back();
  }
  for (std::size_t k = 0; k < scores.size(); ++k)
    probabilities[k] /= sums[group_of(k)];
  return probabilities;
}

double sigmoid(double score) {
  const double small = std::exp(-std::abs(score));
  return (score < 0 ? small : 1.0) / (1 + small);
}

constexpr EnumNames<Activation, 4> kActivations = {{{Activation::Softmax, "softmax"},
                                                    {Activation::Sigmoid, "sigmoid"},
                                                    {Activation::None, "none"},
                                                    {Activation::Given, "given"}}};

}  // namespace

std::string_view name_of(Activation activation) {
  return enum_name(kActivations, activation);
}

Activation parse_activation(std::string_view name) {
  return enum_value(kActivations, "activation", name);
}

std::vector<double> ScoreHead::probabilities(std::span<const double> scores,
                                             std::span<const double> further) const {
  FOVEA_CHECK(!scores.empty(), "the model has no classes");
  check_finite(scores);
  check_finite(further);
  if (activation == Activation::None)
    return {};
  std::vector<double> result(scores.begin(), scores.end());
  if (activation == Activation::Sigmoid) {
    std::transform(result.begin(), result.end(), result.begin(), sigmoid);
    return result;
  }
  if (activation == Activation::Given) {
    for (double& probability : result)
      probability = std::clamp(probability, 0.0, 1.0);
    return result;
  }
  result.insert(result.end(), further.begin(), further.end());
  FOVEA_CHECK(groups.empty() || groups.size() == result.size(), "{} scores, expected {}", result.size(),
              groups.size());
  result = softmax_in_groups(result, groups);
  result.resize(scores.size());
  return result;
}

bool look_like_probabilities(std::span<const double> scores) {
  return scores.size() > 1 &&
         std::all_of(scores.begin(), scores.end(), [](double score) { return score >= 0 && score <= 1; }) &&
         std::abs(std::accumulate(scores.begin(), scores.end(), 0.0) - 1) <= 1e-3;
}

}  // namespace fovea
