#include "report/preprocessing_advice.hpp"

#include "base/shown_format.hpp"
#include "fovea/batch.hpp"
#include "fovea/error.hpp"

#include <algorithm>

namespace fovea {

std::vector<Image> read_trial_photos(const std::vector<std::string>& paths,
                                     std::vector<std::string>& failures) {
  constexpr std::size_t most = 8;
  std::vector<Image> photos;
  const std::size_t before = failures.size();
  for (const std::string& path : evenly_chosen(paths, most))
    try {
      if (const std::string reason = why_no_pictures(path); !reason.empty())
        throw InputError(reason, path);
      photos.push_back(read_image(path));
    } catch (const InputError& error) {
      failures.emplace_back(error.what());
    }
  const std::size_t failed = failures.size() - before;
  if (photos.empty() && failed == 1)
    throw InputError(failures.back());
  if (photos.empty())
    throw InputError(failed == 0
                         ? "no photos to try preprocessing on"
                         : fmt::format("none of {} photos can be read: {}", failed, failures[before]));
  return photos;
}

PreprocessingAdvice heeding(const ChosenPreprocessing& stated, PreprocessingAdvice advice) {
  if (stated.is_assumed)
    return advice;
  advice.best.reset();
  advice.reason = shown_format("{} says how pictures are prepared for this network, and that is what is used",
                               stated.source);
  return advice;
}

std::string advice_text(const PreprocessingAdvice& advice) {
  std::size_t longest = std::string("convention").size();
  for (const PreprocessingTrial& trial : advice.trials)
    longest = std::max(longest, trial.candidate.name.size());
  const std::size_t photos = advice.trials.empty() ? 0 : advice.trials.front().photos.size();
  std::string text =
      shown_format("preprocessing tried on {} photo{}\n  {:<{}}  certainty  agreement  classes\n", photos,
                   photos == 1 ? "" : "s", "convention", longest);
  for (std::size_t i = 0; i < advice.trials.size(); ++i) {
    const PreprocessingTrial& trial = advice.trials[i];
    text += shown_format("  {:<{}}  {:7.1f} %  {:7.1f} %  {:>7}{}\n", trial.candidate.name, longest,
                         100 * trial.certainty, 100 * trial.agreement, trial.classes,
                         advice.best == i            ? "  recommended"
                         : trial.is_sane             ? ""
                         : trial.largest_share > 0.5 ? "  one class for most photos"
                                                     : "  scores are not finite");
  }
  if (advice.best)
    return text +
           shown_format("--preprocess {}: {}\n", advice.trials[*advice.best].candidate.name, advice.reason);
  return text + shown_format("none can be recommended: {}\n", advice.reason);
}

nlohmann::ordered_json advice_json(const PreprocessingAdvice& advice) {
  auto trials = nlohmann::ordered_json::array();
  for (const PreprocessingTrial& trial : advice.trials)
    trials.push_back({{"preset", trial.candidate.name},
                      {"certainty", trial.certainty},
                      {"agreement", trial.agreement},
                      {"classes", trial.classes},
                      {"largest_share", trial.largest_share},
                      {"sane", trial.is_sane}});
  nlohmann::ordered_json json = {
      {"trials", std::move(trials)}, {"recommended", nullptr}, {"reason", advice.reason}};
  if (advice.best)
    json["recommended"] = advice.trials[*advice.best].candidate.name;
  return json;
}

}  // namespace fovea
