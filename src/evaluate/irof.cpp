#include "base/check.hpp"
#include "evaluate/curves.hpp"
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

AskedIrof ask_irof(const Tensor& picture, const Tensor& map, const Tensor& baseline, const Tensor& labels,
                   PictureBatch& batch) {
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
  Tensor changed = picture.clone();
  AskedIrof asked;
  for (const std::size_t segment : order) {
    for (const std::size_t pixel : segments[segment])
      copy_pixel(baseline.data<float>(), changed.data<float>(), pixel, relevance.size());
    asked.places.push_back(batch.add(changed.data<float>()));
  }
  return asked;
}

std::optional<double> AskedIrof::area(double first, const std::vector<double>& scores) const {
  if (!(first > 0))
    return std::nullopt;
  Curve curve = {{0}, {first}};
  for (std::size_t i = 0; i < places.size(); ++i) {
    curve.shares.push_back(static_cast<double>(i + 1) / static_cast<double>(places.size()));
    curve.scores.push_back(scores[places[i]]);
  }
  return 1 - curve.area() / first;
}

std::optional<double> irof(const Tensor& picture, const Tensor& map, const Tensor& baseline,
                           const Tensor& labels, const ScorePictures& score, std::int64_t batch) {
  check_picture(picture);
  PictureBatch pictures(score, static_cast<std::size_t>(picture.elements()), batch);
  const std::size_t whole = pictures.add(picture.data<float>());
  const AskedIrof asked = ask_irof(picture, map, baseline, labels, pictures);
  const std::vector<double>& scores = pictures.scores();
  return asked.area(scores[whole], scores);
}

}  // namespace fovea
