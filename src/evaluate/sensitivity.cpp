#include "base/check.hpp"
#include "evaluate/correlation.hpp"
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
  const RemovedSets removed = remove_sets(picture, baseline, score, std::move(sets), options.batch);
  return correlation(removed.sums(map), removed.falls);
}

std::optional<double> mu_fidelity(const Tensor& picture, const Tensor& map, const Tensor& baseline,
                                  const ScorePictures& score, const MuFidelityOptions& options) {
  check_covers(picture, map);
  const RemovedSets removed = remove_sets(
      picture, baseline, score, random_cells(map.shape()[0], map.shape()[1], options), options.batch);
  return correlation_of(removed.sums(map), removed.falls, options.ranks);
}

}  // namespace fovea
