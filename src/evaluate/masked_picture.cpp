#include "evaluate/masked_picture.hpp"
#include "base/check.hpp"
#include "evaluate/correlation.hpp"
#include "evaluate/picture_batch.hpp"
#include "segment/check.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace fovea {
namespace {

/// The map's values, brought to 0..1; all 0 for a flat map.
std::vector<double> stretched(const Tensor& map) {
  const std::vector<float> values = map_values(map, "the map");
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  const double offset = static_cast<double>(*low), range = static_cast<double>(*high) - offset;
  std::vector<double> result;
  for (const float value : values)
    result.push_back(range > 0 ? (static_cast<double>(value) - offset) / range : 0);
  return result;
}

void check_drop(double score, double masked_score) {
  FOVEA_CHECK(score > 0 && std::isfinite(score) && std::isfinite(masked_score),
              "the drop from a score of {} to {}: expected a score above 0, such as a probability", score,
              masked_score);
}

}  // namespace

Tensor masked_picture(const Tensor& picture, const Tensor& map, const Tensor& baseline) {
  check_covers(picture, map);
  check_baseline(picture, baseline);
  const std::vector<double> kept = stretched(map);
  Tensor masked(DType::F32, picture.shape());
  const auto from = picture.data<float>(), back = baseline.data<float>();
  const auto to = masked.data<float>();
  for (std::size_t i = 0; i < to.size(); ++i) {
    const auto base = static_cast<double>(back[i]);
    to[i] = static_cast<float>(base + kept[i % kept.size()] * (static_cast<double>(from[i]) - base));
  }
  return masked;
}

double average_drop(double score, double masked_score) {
  check_drop(score, masked_score);
  return std::clamp((score - masked_score) / score, 0.0, 1.0);
}

bool average_increase(double score, double masked_score) {
  check_drop(score, masked_score);
  return masked_score > score;
}

double Adcc::value() const {
  const double good[] = {coherency, 1 - complexity, 1 - drop};
  double sum = 0;
  for (const double part : good) {
    if (!(part > 0))
      return 0;
    sum += 1 / part;
  }
  return 3 / sum;
}

std::optional<Adcc> adcc(const Tensor& picture, const Tensor& map, const Tensor& baseline,
                         const ScorePictures& score, const ExplainPicture& explain) {
  const Tensor masked = masked_picture(picture, map, baseline);
  PictureBatch batch(score, static_cast<std::size_t>(picture.elements()), 2);
  batch.add(picture.data<float>());
  batch.add(masked.data<float>());
  const std::vector<double>& scores = batch.scores();
  const Tensor again = explain(masked);
  check_covers(picture, again);
  return adcc_of(map, again, average_drop(scores[0], scores[1]));
}

std::optional<Adcc> adcc_of(const Tensor& map, const Tensor& masked_map, double drop) {
  const std::vector<double> values = stretched(map);
  const auto alike = correlation(values, stretched(masked_map));
  if (!alike)
    return std::nullopt;
  const double mean = std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
  return Adcc{drop, (1 + *alike) / 2, mean};
}

}  // namespace fovea
