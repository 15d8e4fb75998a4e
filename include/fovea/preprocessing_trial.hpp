#pragma once

#include "fovea/image.hpp"
#include "fovea/preprocessing.hpp"
#include "fovea/program.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

/// Finding out how pictures have to be prepared for a network whose file does not say it, by what the network
/// makes of a few photos.
namespace fovea {

/// A way of preparing pictures, to be tried.
struct PreprocessingCandidate {
  std::string name;  ///< "caffe"
  Preprocessing preprocessing;
};

/// All presets, in the order of preprocessing_preset_names().
std::vector<PreprocessingCandidate> preprocessing_candidates();

/// What a network makes of photos that are prepared in one way. Each photo is seen in twelve views: its
/// corners and centre, the whole of it, and the mirror images of these.
struct PreprocessingTrial {
  PreprocessingCandidate candidate;
  /// Mean probability, over the photos, of the class that the mean of the views' probabilities puts first:
  /// high only if the network is certain and the views agree.
  double certainty = 0;
  /// Share of the views, of all photos, whose best guess is that of their photo.
  double agreement = 0;
  /// Number of different best guesses of the photos. A network that gets pictures of the wrong range calls
  /// most of them the same.
  std::int64_t classes = 0;
  /// Share of the photos with the most frequent best guess.
  double largest_share = 0;
  /// The probability of each photo's best guess: see `certainty`.
  std::vector<double> photos;
  /// Whether the scores are those of a network that works: finite, and not the same class for most of many
  /// photos while other candidates tell them apart.
  bool is_sane = true;
};

/// The comparison of several ways.
struct PreprocessingAdvice {
  std::vector<PreprocessingTrial> trials;  ///< in the order of the candidates
  /// The index of the one to use; none if the photos do not tell.
  std::optional<std::size_t> best;
  std::string reason;  ///< a sentence: why this one, or why none can be recommended
};

/// Judges trials of the same photos.
PreprocessingAdvice judge_trials(std::vector<PreprocessingTrial> trials);

struct PreprocessingTrialOptions {
  std::vector<PreprocessingCandidate> candidates = preprocessing_candidates();
  /// Receives the number of photos done, of all candidates, and their total.
  std::function<void(std::int64_t done, std::int64_t total)> progress = {};
};

/// Tries all candidates on the photos, of which a handful with different subjects is best. The program
/// classifies (forward passes suffice); any batch. InputError without photos or candidates, and for a network
/// without probabilities.
PreprocessingAdvice try_preprocessing(const std::shared_ptr<const Program>& program,
                                      const std::vector<Image>& photos,
                                      const PreprocessingTrialOptions& options = {});

}  // namespace fovea
