#include "base/check.hpp"
#include "evaluate/correlation.hpp"
#include "evaluate/curves.hpp"
#include "evaluate/picture_batch.hpp"
#include "evaluate/removed_sets.hpp"

namespace fovea {

std::optional<double> sensitivity_n(const Tensor& picture, const Tensor& map, const Tensor& baseline,
                                    const ScorePictures& score, std::int64_t n,
                                    const SensitivityOptions& options) {
  check_covers(picture, map);
  check_baseline(picture, baseline);
  FOVEA_CHECK(n >= 1 && n <= map.elements(), "sets of {} pixels: expected 1 to {}", n, map.elements());
  auto sets = random_sets(static_cast<std::size_t>(map.elements()), static_cast<std::size_t>(n),
                          options.subsets, options.seed);
  if (n == map.elements())
    return std::nullopt;  // one set only, whose sum would differ by rounding
  PictureBatch batch(score, static_cast<std::size_t>(picture.elements()), options.batch);
  const std::size_t whole = batch.add(picture.data<float>());
  const AskedSets removed(picture, baseline, std::move(sets), batch);
  const std::vector<double>& scores = batch.scores();
  return correlation(removed.sums(map), removed.falls(scores[whole], scores));
}

std::optional<double> mu_fidelity(const Tensor& picture, const Tensor& map, const Tensor& baseline,
                                  const ScorePictures& score, const MuFidelityOptions& options) {
  check_covers(picture, map);
  PictureBatch batch(score, static_cast<std::size_t>(picture.elements()), options.batch);
  const std::size_t whole = batch.add(picture.data<float>());
  const AskedSets removed(picture, baseline, random_cells(map.shape()[0], map.shape()[1], options), batch);
  const std::vector<double>& scores = batch.scores();
  return correlation_of(removed.sums(map), removed.falls(scores[whole], scores), options.ranks);
}

}  // namespace fovea
