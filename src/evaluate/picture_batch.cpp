#include "evaluate/picture_batch.hpp"

#include "base/check.hpp"

#include <algorithm>
#include <cmath>

namespace fovea {

void check_picture(const Tensor& picture) {
  FOVEA_CHECK(picture.dtype() == DType::F32 && picture.shape().rank() == 3 && picture.elements() > 0,
              "a picture of {} {}: expected [C,H,W] of f32", to_string(picture.shape()),
              name_of(picture.dtype()));
}

void check_covers(const Tensor& picture, const Tensor& map) {
  check_picture(picture);
  const Shape sides = {picture.shape()[1], picture.shape()[2]};
  FOVEA_CHECK(map.shape() == sides, "a map of {} for a picture of {}: expected {}", to_string(map.shape()),
              to_string(picture.shape()), to_string(sides));
}

void check_baseline(const Tensor& picture, const Tensor& baseline) {
  FOVEA_CHECK(baseline.dtype() == DType::F32 && baseline.shape() == picture.shape(),
              "a baseline of {} {} for a picture of {}: expected the picture's shape and type",
              to_string(baseline.shape()), name_of(baseline.dtype()), to_string(picture.shape()));
}

double range_of(const Tensor& picture) {
  const auto values = picture.data<float>();
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  return static_cast<double>(*high) - static_cast<double>(*low);
}

PictureBatch::PictureBatch(const ScorePictures& score, std::size_t picture_elements, std::int64_t batch)
    : score_(score), elements_(picture_elements), capacity_(static_cast<std::size_t>(batch)) {
  FOVEA_CHECK(batch >= 1, "a batch of {} pictures: expected at least 1", batch);
  waiting_.reserve(elements_ * capacity_);
}

std::size_t PictureBatch::add(std::span<const float> picture) {
  FOVEA_ASSERT(picture.size() == elements_);
  waiting_.insert(waiting_.end(), picture.begin(), picture.end());
  if (waiting_.size() == elements_ * capacity_)
    flush();
  return added_++;
}

const std::vector<double>& PictureBatch::scores() {
  if (!waiting_.empty())
    flush();
  return scores_;
}

void PictureBatch::flush() {
  const std::size_t count = waiting_.size() / elements_;
  const std::vector<double> scores = score_(waiting_, static_cast<std::int64_t>(count));
  FOVEA_CHECK(scores.size() == count, "{} scores for {} pictures", scores.size(), count);
  for (const double score : scores)
    FOVEA_CHECK(std::isfinite(score), "a score of a changed picture is {}", score);
  scores_.insert(scores_.end(), scores.begin(), scores.end());
  waiting_.clear();
}

}  // namespace fovea
