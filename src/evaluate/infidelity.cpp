#include "base/check.hpp"
#include "base/random.hpp"
#include "evaluate/curves.hpp"
#include "evaluate/picture_batch.hpp"
#include "evaluate/removed_sets.hpp"

#include <algorithm>
#include <cmath>

namespace fovea {

double infidelity(const Tensor& picture, const Tensor& map, const Tensor& baseline,
                  const ScorePictures& score, const InfidelityOptions& options) {
  check_covers(picture, map);
  PictureBatch batch(score, static_cast<std::size_t>(picture.elements()), options.batch);
  const std::size_t whole = batch.add(picture.data<float>());
  const AskedSets removed(picture, baseline, random_squares(map.shape()[0], map.shape()[1], options), batch);
  const std::vector<double>& scores = batch.scores();
  return squared_misfit(removed.sums(map), removed.falls(scores[whole], scores), options.scaled);
}

double noise_infidelity(const Tensor& picture, const Tensor& gradient, const ScorePictures& score,
                        const InfidelityOptions& options) {
  check_picture(picture);
  FOVEA_CHECK(gradient.dtype() == DType::F32 && gradient.shape() == picture.shape(),
              "a gradient of {} {} for a picture of {}: expected the picture's shape and type",
              to_string(gradient.shape()), name_of(gradient.dtype()), to_string(picture.shape()));
  FOVEA_CHECK(options.samples >= 1, "{} changes of the picture: expected at least 1", options.samples);
  FOVEA_CHECK(options.noise > 0 && std::isfinite(options.noise), "noise of {}: expected above 0",
              options.noise);
  const auto values = picture.data<float>(), slopes = gradient.data<float>();
  const double deviation = options.noise * range_of(picture);
  Random random(options.seed);
  PictureBatch batch(score, values.size(), options.batch);
  batch.add(values);
  std::vector<double> expected;
  std::vector<float> changed(values.size());
  for (std::int64_t sample = 0; sample < options.samples; ++sample) {
    double sum = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
      // The change that the network sees, after rounding.
      changed[i] = values[i] - static_cast<float>(deviation * random.normal());
      sum +=
          (static_cast<double>(values[i]) - static_cast<double>(changed[i])) * static_cast<double>(slopes[i]);
    }
    FOVEA_CHECK(std::isfinite(sum), "the gradient has values that are not finite");
    expected.push_back(sum);
    batch.add(changed);
  }
  const std::vector<double>& scores = batch.scores();
  std::vector<double> falls;
  for (std::size_t i = 1; i < scores.size(); ++i)
    falls.push_back(scores[0] - scores[i]);
  return squared_misfit(expected, falls, options.scaled);
}

}  // namespace fovea
