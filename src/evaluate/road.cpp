#include "base/check.hpp"
#include "base/random.hpp"
#include "evaluate/curves.hpp"
#include "evaluate/linear_imputation.hpp"

#include <algorithm>
#include <cmath>

namespace fovea {
namespace {

void check_options(const RoadOptions& options) {
  FOVEA_CHECK(!options.shares.empty(), "no shares of pixels to remove");
  double last = 0;
  for (const double share : options.shares) {
    FOVEA_CHECK(share > last && share < 1,
                "a share of {} of the pixels to remove after {}: expected ascending shares within 0..1",
                share, last);
    last = share;
  }
  FOVEA_CHECK(options.noise >= 0 && std::isfinite(options.noise), "noise of {}: expected at least 0",
              options.noise);
}

double standard_deviation(std::span<const float> values) {
  double sum = 0, squares = 0;
  for (const float value : values)
    sum += static_cast<double>(value);
  const double mean = sum / static_cast<double>(values.size());
  for (const float value : values)
    squares += (static_cast<double>(value) - mean) * (static_cast<double>(value) - mean);
  return std::sqrt(squares / static_cast<double>(values.size()));
}

/// The picture with noise on its removed pixels.
Tensor with_noise(const Tensor& picture, const std::vector<std::uint8_t>& removed, double deviation,
                  Random& random) {
  Tensor noisy = picture.clone();
  const auto values = noisy.data<float>();
  for (std::size_t i = 0; i < values.size(); ++i)
    if (removed[i % removed.size()])
      values[i] += static_cast<float>(deviation * random.normal());
  return noisy;
}

}  // namespace

AskedRoad ask_road(const Tensor& picture, std::span<const std::int64_t> order, const RoadOptions& options,
                   PictureBatch& batch) {
  check_options(options);
  const double deviation = options.noise * standard_deviation(picture.data<float>());
  Random random(options.seed);
  AskedRoad asked;
  // Each imputation begins with what the last one found; pixels removed since hold their own values.
  Tensor imputed = picture.clone();
  std::vector<std::uint8_t> removed(order.size(), 0);
  std::size_t count = 0;
  for (const double share : options.shares) {
    const auto end = static_cast<std::size_t>(std::llround(share * static_cast<double>(order.size())));
    for (; count < end; ++count)
      removed[static_cast<std::size_t>(order[count])] = 1;
    impute_linearly(imputed.data<float>(), removed, picture.shape()[1], picture.shape()[2]);
    asked.shares.push_back(static_cast<double>(count) / static_cast<double>(order.size()));
    asked.places.push_back(batch.add(with_noise(imputed, removed, deviation, random).data<float>()));
  }
  return asked;
}

Curve AskedRoad::curve(double first, const std::vector<double>& scores) const {
  Curve curve = {{0}, {first}};
  curve.shares.insert(curve.shares.end(), shares.begin(), shares.end());
  for (const std::size_t place : places)
    curve.scores.push_back(scores[place]);
  return curve;
}

Curve road_curve(const Tensor& picture, const Tensor& map, const ScorePictures& score, PixelOrder order,
                 const RoadOptions& options) {
  check_covers(picture, map);
  PictureBatch batch(score, static_cast<std::size_t>(picture.elements()), options.batch);
  const std::size_t whole = batch.add(picture.data<float>());
  const AskedRoad asked = ask_road(picture, rank_pixels(map, order, options.seed), options, batch);
  const std::vector<double>& scores = batch.scores();
  return asked.curve(scores[whole], scores);
}

}  // namespace fovea
