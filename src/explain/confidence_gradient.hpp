#pragma once

#include "fovea/classify.hpp"
#include "fovea/explain.hpp"

#include <vector>

namespace fovea {

/// The gradient of the target's confidence (ClassScores::confidences) with respect to the scores of all
/// classes, to be the seed of a backward pass. What it is with respect to further scores (background, say)
/// has no seed and is left out.
std::vector<double> confidence_gradient(const ScoreHead& head, const ClassScores& scores,
                                        const ExplainedScore& target);

}  // namespace fovea
