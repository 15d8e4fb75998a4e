#include "base/check.hpp"
#include "evaluate/picture_batch.hpp"
#include "segment/check.hpp"

#include <algorithm>
#include <numeric>
#include <vector>

namespace fovea {
namespace {

std::vector<std::vector<std::size_t>> segments_of(const Tensor& labels, const Tensor& map) {
  FOVEA_CHECK(labels.dtype() == DType::I64 && labels.shape() == map.shape(),
              "labels of {} {} for a map of {}: expected one of i64 for each pixel",
              to_string(labels.shape()), name_of(labels.dtype()), to_string(map.shape()));
  std::vector<std::vector<std::size_t>> segments;
  const auto values = labels.data<std::int64_t>();
  for (std::size_t i = 0; i < values.size(); ++i) {
    FOVEA_CHECK(values[i] >= 0 && values[i] < labels.elements(),
                "a label of {} among {} pixels: expected to count segments from 0", values[i],
                labels.elements());
    const auto label = static_cast<std::size_t>(values[i]);
    if (label >= segments.size())
      segments.resize(label + 1);
    segments[label].push_back(i);
  }
  std::erase_if(segments, [](const auto& segment) { return segment.empty(); });
  return segments;
}

}  // namespace

std::optional<double> irof(const Tensor& picture, const Tensor& map, const Tensor& baseline,
                           const Tensor& labels, const ScorePictures& score, std::int64_t batch) {
  check_covers(picture, map);
  check_baseline(picture, baseline);
  const std::vector<float> relevance = map_values(map, "the map");
  const auto segments = segments_of(labels, map);
  std::vector<double> means;
  for (const auto& segment : segments) {
    double sum = 0;
    for (const std::size_t pixel : segment)
      sum += static_cast<double>(relevance[pixel]);
    means.push_back(sum / static_cast<double>(segment.size()));
  }
  std::vector<std::size_t> order(segments.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t i, std::size_t j) { return means[i] > means[j]; });
  PictureBatch pictures(score, static_cast<std::size_t>(picture.elements()), batch);
  Tensor changed = picture.clone();
  pictures.add(changed.data<float>());
  for (const std::size_t segment : order) {
    for (const std::size_t pixel : segments[segment])
      copy_pixel(baseline.data<float>(), changed.data<float>(), pixel, relevance.size());
    pictures.add(changed.data<float>());
  }
  Curve curve;
  curve.scores = pictures.scores();
  if (!(curve.scores.front() > 0))
    return std::nullopt;
  for (std::size_t i = 0; i < curve.scores.size(); ++i)
    curve.shares.push_back(static_cast<double>(i) / static_cast<double>(segments.size()));
  return 1 - curve.area() / curve.scores.front();
}

}  // namespace fovea
