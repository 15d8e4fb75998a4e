#pragma once

#include "fovea/framing.hpp"
#include "fovea/program.hpp"

#include <span>
#include <vector>

namespace fovea {

/// One guess of a classifier.
struct Prediction {
  std::int64_t index = 0;
  double score = 0;        ///< unnormalised (the logit)
  double probability = 0;  ///< softmax of the scores over all classes
};

/// Softmax, computed without overflow. InputError when a score is NaN or infinite.
std::vector<double> softmax(std::span<const double> scores);

/// The k best classes, best first; equal scores in the order of their indices. k is cut to the number of
/// classes.
std::vector<Prediction> top_k(std::span<const double> scores, std::int64_t k);

/// Scores of the photo: of the centre crop, or the mean over ten crops. The session's batch may be any; its
/// program's final softmax must be removed (the default).
std::vector<double> class_scores(Session& session, const Framing& framing,
                                 const Preprocessing& preprocessing);

}  // namespace fovea
