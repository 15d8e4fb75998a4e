#pragma once

#include "fovea/framing.hpp"
#include "fovea/program.hpp"

#include <optional>
#include <span>
#include <vector>

namespace fovea {

/// One guess of a classifier.
struct Prediction {
  std::int64_t index = 0;
  double score = 0;                   ///< unnormalised (the logit)
  std::optional<double> probability;  ///< 0..1; none where the network has none (Activation::None)
};

/// What a classifier says of one picture.
struct ClassScores {
  std::vector<double> scores;         ///< of every class, unnormalised (logits)
  std::vector<double> probabilities;  ///< of every class, by ScoreHead; empty where the network has none

  std::optional<double> probability(std::int64_t class_index) const;
  Prediction prediction(std::int64_t class_index) const;
  /// The probabilities, or where there are none the scores: what measures and RISE follow.
  std::span<const double> confidences() const { return probabilities.empty() ? scores : probabilities; }
};

/// The k best classes, best first; equal scores in the order of their indices. k is cut to the number of
/// classes.
std::vector<Prediction> top_k(const ClassScores& scores, std::int64_t k);

/// What the network says of the photo: of the centre crop, or by the mean of the scores over ten crops, with
/// the probabilities of that mean. The session's batch may be any; its program must have the scores before
/// the final activation (the default). InputError when a score is not finite.
ClassScores class_scores(Session& session, const Framing& framing, const Preprocessing& preprocessing);

}  // namespace fovea
