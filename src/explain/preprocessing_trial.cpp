#include "fovea/preprocessing_trial.hpp"

#include "base/check.hpp"
#include "explain/session_batches.hpp"
#include "fovea/classify.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

namespace fovea {
namespace {

/// From this number of photos on, one class for most of them is suspicious.
constexpr std::size_t kManyPhotos = 4;
/// The smallest lead, in probability, that a recommendation stands on, and that of a single photo.
constexpr double kLeastLead = 0.05, kLeadOfOnePhoto = 0.3;
/// Below this certainty the network knows nothing in the photos.
constexpr double kLeastCertainty = 0.2;

/// What one photo's views say.
struct PhotoViews {
  std::int64_t guess = 0;
  double probability = 0;    ///< of the guess, in the mean of the views
  std::size_t agreeing = 0;  ///< views with the same best guess
  std::size_t views = 0;
  bool is_finite = true;
};

std::int64_t best_of(const std::vector<double>& values) {
  return std::max_element(values.begin(), values.end()) - values.begin();
}

/// The probabilities of each view of the photo; empty if a score is not finite.
std::vector<std::vector<double>> view_probabilities(Session& session, const Image& photo,
                                                    const Preprocessing& preprocessing) {
  std::vector<std::vector<double>> views;
  for (const Crops crops : {Crops::Ten, Crops::WholeAndMirror}) {
    const Framing framing = frame(photo, preprocessing, input_size(session), crops);
    for (std::size_t first = 0; first < framing.crops.size();) {
      const std::int64_t count = fill_batch(session, framing, preprocessing, first);
      try {
        session.forward();
        for (std::int64_t n = 0; n < count; ++n)
          views.push_back(class_scores_of(session, n).probabilities);
      } catch (const InputError&) {  // values of the picture or scores that are not finite
        return {};
      }
      FOVEA_CHECK(!views.back().empty(), "the network has no probabilities to judge by");
      first += static_cast<std::size_t>(count);
    }
  }
  return views;
}

PhotoViews look_at(Session& session, const Image& photo, const Preprocessing& preprocessing) {
  const auto views = view_probabilities(session, photo, preprocessing);
  if (views.empty())
    return {.is_finite = false};
  std::vector<double> mean(views.front().size());
  for (const auto& view : views)
    for (std::size_t k = 0; k < mean.size(); ++k)
      mean[k] += view[k] / static_cast<double>(views.size());
  PhotoViews result;
  result.guess = best_of(mean);
  result.probability = mean[static_cast<std::size_t>(result.guess)];
  result.views = views.size();
  result.agreeing = static_cast<std::size_t>(std::count_if(
      views.begin(), views.end(), [&](const auto& view) { return best_of(view) == result.guess; }));
  return result;
}

PreprocessingTrial trial_of(const PreprocessingCandidate& candidate, const std::vector<PhotoViews>& photos) {
  PreprocessingTrial trial;
  trial.candidate = candidate;
  std::map<std::int64_t, std::size_t> guesses;
  std::size_t views = 0, agreeing = 0, largest = 0;
  for (const PhotoViews& photo : photos) {
    trial.photos.push_back(photo.probability);
    trial.is_sane = trial.is_sane && photo.is_finite;
    views += photo.views;
    agreeing += photo.agreeing;
    largest = std::max(largest, ++guesses[photo.guess]);
  }
  const auto count = static_cast<double>(photos.size());
  trial.certainty = std::accumulate(trial.photos.begin(), trial.photos.end(), 0.0) / count;
  trial.agreement = views == 0 ? 0 : static_cast<double>(agreeing) / static_cast<double>(views);
  trial.classes = static_cast<std::int64_t>(guesses.size());
  trial.largest_share = static_cast<double>(largest) / count;
  return trial;
}

/// Mean and standard error of the lead of one trial over another, photo by photo.
struct Lead {
  double mean = 0, error = 0;
};

Lead lead_of(const PreprocessingTrial& one, const PreprocessingTrial& other) {
  const std::size_t count = one.photos.size();
  Lead lead;
  for (std::size_t i = 0; i < count; ++i)
    lead.mean += (one.photos[i] - other.photos[i]) / static_cast<double>(count);
  double squares = 0;
  for (std::size_t i = 0; i < count; ++i)
    squares += std::pow(one.photos[i] - other.photos[i] - lead.mean, 2);
  if (count > 1)
    lead.error = std::sqrt(squares / static_cast<double>(count * (count - 1)));
  return lead;
}

/// Marks the trials that call most of many photos the same while others tell them apart.
void mark_collapsed(std::vector<PreprocessingTrial>& trials) {
  std::int64_t most = 0;
  for (const PreprocessingTrial& trial : trials)
    if (trial.is_sane)
      most = std::max(most, trial.classes);
  for (PreprocessingTrial& trial : trials)
    if (trial.photos.size() >= kManyPhotos && trial.largest_share > 0.5 && 2 * trial.classes <= most)
      trial.is_sane = false;
}

}  // namespace

std::vector<PreprocessingCandidate> preprocessing_candidates() {
  std::vector<PreprocessingCandidate> candidates;
  for (const std::string& name : preprocessing_preset_names())
    candidates.push_back({name, preprocessing_preset(name)});
  return candidates;
}

namespace {

/// What else the photos may be, where a convention was left out because it says the same of most of them.
std::string doubt_about_collapsed(const std::vector<PreprocessingTrial>& trials) {
  for (const PreprocessingTrial& trial : trials)
    if (!trial.is_sane && trial.largest_share > 0.5)
      return fmt::format(
          " ('{}' is left out, since it says the same of most photos: if they do show one class, "
          "try photos of several)",
          trial.candidate.name);
  return {};
}

PreprocessingAdvice judged(std::vector<PreprocessingTrial> trials) {
  PreprocessingAdvice advice{std::move(trials), {}, {}};
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < advice.trials.size(); ++i)
    if (advice.trials[i].is_sane)
      order.push_back(i);
  const auto certainty = [&](std::size_t i) { return advice.trials[i].certainty; };
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return certainty(a) > certainty(b); });
  if (order.empty()) {
    advice.reason = "no convention gives scores that make sense";
    return advice;
  }
  const PreprocessingTrial& first = advice.trials[order.front()];
  if (first.certainty < kLeastCertainty) {
    advice.reason =
        fmt::format("the network is certain of nothing in any convention ({:.0f} % at best): photos of "
                    "its classes would tell more",
                    100 * first.certainty);
    return advice;
  }
  if (order.size() > 1) {
    const PreprocessingTrial& second = advice.trials[order[1]];
    const Lead lead = lead_of(first, second);
    const double needed = first.photos.size() == 1 ? kLeadOfOnePhoto : std::max(kLeastLead, 2 * lead.error);
    if (lead.mean < needed) {
      advice.reason =
          fmt::format("'{}' and '{}' are too close to tell them apart by {} photo{}: other photos, "
                      "of different subjects, might",
                      first.candidate.name, second.candidate.name, first.photos.size(),
                      first.photos.size() == 1 ? "" : "s");
      return advice;
    }
  }
  advice.best = order.front();
  advice.reason =
      fmt::format("with '{}' the network is most certain, and its guesses for the views of a photo agree",
                  first.candidate.name);
  return advice;
}

}  // namespace

PreprocessingAdvice judge_trials(std::vector<PreprocessingTrial> trials) {
  mark_collapsed(trials);
  const std::string doubt = doubt_about_collapsed(trials);
  PreprocessingAdvice advice = judged(std::move(trials));
  advice.reason += doubt;
  return advice;
}

PreprocessingAdvice try_preprocessing(const std::shared_ptr<const Program>& program,
                                      const std::vector<Image>& photos,
                                      const PreprocessingTrialOptions& options) {
  FOVEA_CHECK(!photos.empty(), "there are no photos to try");
  FOVEA_CHECK(!options.candidates.empty(), "there is no preprocessing to try");
  Session session(program);
  const auto total = static_cast<std::int64_t>(photos.size() * options.candidates.size());
  std::int64_t done = 0;
  std::vector<PreprocessingTrial> trials;
  for (const PreprocessingCandidate& candidate : options.candidates) {
    std::vector<PhotoViews> seen;
    for (const Image& photo : photos) {
      seen.push_back(look_at(session, photo, candidate.preprocessing));
      if (options.progress)
        options.progress(++done, total);
    }
    trials.push_back(trial_of(candidate, seen));
  }
  return judge_trials(std::move(trials));
}

}  // namespace fovea
