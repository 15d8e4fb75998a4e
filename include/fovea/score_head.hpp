#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace fovea {

/// What makes probabilities of a classifier's scores.
enum class Activation {
  Softmax,  ///< classes exclude each other: exp(s_k) / sum of exp(s_j)
  Sigmoid,  ///< classes are independent of each other: 1 / (1 + exp(-s_k))
  None,     ///< there are no probabilities
  Given,    ///< the scores are probabilities themselves, or become some when cut to 0..1
};
/// "softmax", "sigmoid", "none" or "given".
std::string_view name_of(Activation activation);
/// InputError that lists all names for any other text.
Activation parse_activation(std::string_view name);

/// What the scores of a program mean. docs/scores.md tells how it is found.
struct ScoreHead {
  Activation activation = Activation::Softmax;
  /// Whether the network's end did not tell and nobody else did.
  bool is_assumed = false;
  /// Softmax: for each score, and then for each of the further scores, the number of the group whose
  /// probabilities sum to one. Empty: all are one group.
  std::vector<std::int32_t> groups = {};

  /// The probability of every class, 0..1, of one picture; empty without an activation. `further` holds the
  /// scores that have a share of the probability but are no class of the output (Program::further_scores).
  /// InputError when a score is NaN or infinite, or the number of scores is not the head's.
  std::vector<double> probabilities(std::span<const double> scores,
                                    std::span<const double> further = {}) const;
};

/// Whether scores are probabilities themselves to all appearances: two or more, all within 0..1, their sum 1
/// to within 0.001. To make probabilities of them by a softmax would be wrong.
bool look_like_probabilities(std::span<const double> scores);

}  // namespace fovea
