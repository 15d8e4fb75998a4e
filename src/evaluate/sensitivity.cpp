#include "base/check.hpp"
#include "base/random.hpp"
#include "evaluate/correlation.hpp"
#include "evaluate/picture_batch.hpp"
#include "segment/check.hpp"

#include <numeric>

namespace fovea {

std::optional<double> sensitivity_n(const Tensor& picture, const Tensor& map, const Tensor& baseline,
                                    const ScorePictures& score, std::int64_t n,
                                    const SensitivityOptions& options) {
  check_covers(picture, map);
  check_baseline(picture, baseline);
  FOVEA_CHECK(options.subsets >= 2, "{} random sets of pixels: expected at least 2", options.subsets);
  FOVEA_CHECK(n >= 1 && n <= map.elements(), "sets of {} pixels: expected 1 to {}", n, map.elements());
  if (n == map.elements())
    return std::nullopt;  // one set only, whose sum would differ by rounding
  const std::vector<float> relevances = map_values(map, "the map");
  std::vector<std::size_t> pixels(relevances.size());
  std::iota(pixels.begin(), pixels.end(), std::size_t{0});
  Random random(options.seed);
  PictureBatch batch(score, static_cast<std::size_t>(picture.elements()), options.batch);
  batch.add(picture.data<float>());
  std::vector<double> sums;
  for (std::int64_t subset = 0; subset < options.subsets; ++subset) {
    random.draw_to_front(pixels, static_cast<std::size_t>(n));
    Tensor changed = picture.clone();
    double sum = 0;
    for (std::size_t i = 0; i < static_cast<std::size_t>(n); ++i) {
      copy_pixel(baseline.data<float>(), changed.data<float>(), pixels[i], pixels.size());
      sum += static_cast<double>(relevances[pixels[i]]);
    }
    sums.push_back(sum);
    batch.add(changed.data<float>());
  }
  const std::vector<double>& scores = batch.scores();
  std::vector<double> falls;
  for (std::size_t i = 1; i < scores.size(); ++i)
    falls.push_back(scores[0] - scores[i]);
  return correlation(sums, falls);
}

}  // namespace fovea
