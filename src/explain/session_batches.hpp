#pragma once

#include "fovea/classify.hpp"
#include "fovea/program.hpp"

namespace fovea {

/// Fills the session's batch with the crops first, first + 1, ... and returns how many of them it holds;
/// places beyond the last crop repeat it.
std::int64_t fill_batch(Session& session, const Framing& framing, const Preprocessing& preprocessing,
                        std::size_t first);

/// Fills the region (RegionScores) of the session's n-th picture. Returns whether that changes it.
bool set_region(Session& session, std::int64_t n, std::span<const float> weights);

/// The scores of the n-th picture of the batch, as double. InputError when one of them is NaN or infinite.
std::vector<double> scores_of(const Session& session, std::int64_t n);

/// The further scores (Program::further_scores); empty for most networks.
std::vector<double> further_scores_of(const Session& session, std::int64_t n);

/// Scores and probabilities of the n-th picture of the batch. InputError as above.
ClassScores class_scores_of(const Session& session, std::int64_t n);

/// Channels, height and width of the session's pictures; InputError unless it takes F32 pictures.
InputSize input_size(const Session& session);
InputSize input_size(const Program& program);

}  // namespace fovea
