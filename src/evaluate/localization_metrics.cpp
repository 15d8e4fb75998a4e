#include "fovea/evaluate_localization.hpp"

#include <algorithm>
#include <cmath>
#include <tuple>

namespace fovea {
namespace {

constexpr RealBox kWhole = {0, 0, 1, 1};

RealBox centred(double width, double height) {
  return {(1 - width) / 2, (1 - height) / 2, (1 + width) / 2, (1 + height) / 2};
}

/// Whether one of the first `guesses` guesses has the true class and is `right`.
template <class Predicate>
bool any_of_true_class(const ImageResult& image, std::int64_t guesses, Predicate&& right) {
  if (image.failed())
    return false;
  const auto end = image.guesses.begin() + std::min(guesses, static_cast<std::int64_t>(image.guesses.size()));
  return std::any_of(image.guesses.begin(), end, [&](const ClassGuess& guess) {
    return guess.class_index == image.class_index && right(guess);
  });
}

void count(Rate& rate, bool hit) {
  rate.count += hit ? 1 : 0;
  ++rate.of;
}

double wilson(const Rate& rate, double sign) {
  if (rate.of == 0)
    return 0;
  constexpr double z = 1.959963984540054;  // the 97.5 % quantile of the normal distribution
  const auto n = static_cast<double>(rate.of);
  const double p = rate.share();
  const double bound =
      (p + z * z / (2 * n) + sign * z * std::sqrt(p * (1 - p) / n + z * z / (4 * n * n))) / (1 + z * z / n);
  return std::clamp(bound, 0.0, 1.0);
}

void judge(BoxScores& scores, bool top1, bool top5, double known_overlap) {
  count(scores.top1_error, !top1);
  count(scores.top5_error, !top5);
  for (std::size_t i = 0; i < kKnownClassOverlaps.size(); ++i)
    count(scores.known_class[i], known_overlap >= kKnownClassOverlaps[i]);
}

void judge_everywhere(BoxScores& scores, const ImageResult& image, const RealBox& shares) {
  judge(scores, is_localized_by(image, 1, shares), is_localized_by(image, 5, shares),
        known_class_overlap(image, shares));
}

/// The sides of the centred box that hits most often.
std::pair<double, double> best_centred_box(std::span<const ImageResult> images) {
  constexpr int first = 20, last = 50;  // fiftieths
  std::pair<double, double> best = {1, 1};
  std::int64_t most = -1;
  for (int across = first; across <= last; ++across)
    for (int down = first; down <= last; ++down) {
      const double width = across / 50.0, height = down / 50.0;
      const std::int64_t hits = std::count_if(images.begin(), images.end(), [&](const ImageResult& image) {
        return known_class_overlap(image, centred(width, height)) >= kRightOverlap;
      });
      if (hits > most) {
        most = hits;
        best = {width, height};
      }
    }
  return best;
}

void add(StageSeconds& sum, const StageSeconds& seconds) {
  sum.read += seconds.read;
  sum.classify += seconds.classify;
  sum.maps += seconds.maps;
  sum.segment += seconds.segment;
}

/// Whether some class that was looked for got no box.
bool lacks_box(const ImageResult& image) {
  const auto is_empty = [](const std::optional<Box>& box) { return box && box->empty(); };
  return !image.failed() && (is_empty(image.known_box) ||
                             std::any_of(image.guesses.begin(), image.guesses.end(),
                                         [&](const ClassGuess& guess) { return is_empty(guess.box); }));
}

}  // namespace

double best_overlap(const RealBox& box, std::span<const RealBox> truth) {
  double best = 0;
  for (const RealBox& other : truth)
    best = std::max(best, intersection_over_union(box, other));
  return best;
}

RealBox to_real(const Box& box) {
  return {static_cast<double>(box.x0), static_cast<double>(box.y0), static_cast<double>(box.x1),
          static_cast<double>(box.y1)};
}

bool is_classified(const ImageResult& image, std::int64_t guesses) {
  return any_of_true_class(image, guesses, [](const ClassGuess&) { return true; });
}

bool is_localized(const ImageResult& image, std::int64_t guesses) {
  return any_of_true_class(image, guesses, [&](const ClassGuess& guess) {
    return guess.box && best_overlap(to_real(*guess.box), image.truth) >= kRightOverlap;
  });
}

bool is_localized_by(const ImageResult& image, std::int64_t guesses, const RealBox& shares) {
  return is_classified(image, guesses) && known_class_overlap(image, shares) >= kRightOverlap;
}

double known_class_overlap(const ImageResult& image) {
  return image.failed() || !image.known_box ? 0 : best_overlap(to_real(*image.known_box), image.truth);
}

double known_class_overlap(const ImageResult& image, const RealBox& shares) {
  if (image.failed())
    return 0;
  const auto width = static_cast<double>(image.width), height = static_cast<double>(image.height);
  return best_overlap({shares.x0 * width, shares.y0 * height, shares.x1 * width, shares.y1 * height},
                      image.truth);
}

double Rate::share() const {
  return of == 0 ? 0 : static_cast<double>(count) / static_cast<double>(of);
}

double Rate::low() const {
  return count == 0 ? 0 : wilson(*this, -1);
}

double Rate::high() const {
  return count == of ? share() : wilson(*this, 1);
}

double BoxScores::known_class_mean() const {
  double sum = 0;
  for (const Rate& rate : known_class)
    sum += rate.share();
  return sum / static_cast<double>(known_class.size());
}

LocalizationSummary summarize(std::span<const ImageResult> images) {
  LocalizationSummary summary;
  summary.images = static_cast<std::int64_t>(images.size());
  if (!images.empty())
    std::tie(summary.centred_width, summary.centred_height) = best_centred_box(images);
  const RealBox best = centred(summary.centred_width, summary.centred_height);
  for (const ImageResult& image : images) {
    summary.clipped_boxes += image.clipped;
    summary.without_box += lacks_box(image) ? 1 : 0;
    count(summary.classification_top1_error, !is_classified(image, 1));
    count(summary.classification_top5_error, !is_classified(image, 5));
    judge(summary.found, is_localized(image, 1), is_localized(image, 5), known_class_overlap(image));
    judge_everywhere(summary.whole_image, image, kWhole);
    judge_everywhere(summary.centred_box, image, best);
    add(summary.seconds, image.seconds);
    if (image.failed())
      summary.failures.emplace_back(image.name, image.error);
  }
  summary.max_box = max_box_accuracy(images);
  return summary;
}

}  // namespace fovea
