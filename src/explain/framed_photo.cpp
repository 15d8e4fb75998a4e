#include "explain/framed_photo.hpp"

#include "base/check.hpp"

#include <limits>

namespace fovea {

std::span<const float> FramedPhoto::State::input(std::size_t crop) const {
  const std::size_t each = inputs.data<float>().size() / crop_count();
  return inputs.data<float>().subspan(crop * each, each);
}

ClassScores FramedPhoto::State::region_scores(const RegionSums& sums) const {
  const auto crops_held = static_cast<double>(crop_count());
  ClassScores result;
  for (std::size_t k = 0; k < sums.scores.size(); ++k) {
    const bool has_mask = !region_weights.empty() || sums.areas[k] > 0;
    result.scores.push_back(has_mask ? sums.scores[k] / crops_held
                                     : -std::numeric_limits<double>::infinity());
    result.shares.push_back(sums.areas[k] / sums.all);
  }
  FOVEA_CHECK(!top_k(result, 1).empty(), "no class has a mask: no score is above 0 at any position");
  return result;
}

std::vector<float> FramedPhoto::State::region(std::size_t crop, std::int64_t class_index) const {
  return region_weights.empty() ? masks[crop].of(class_index) : region_weights;
}

void FramedPhoto::State::check_fits(const InputSize& size, const Preprocessing& how, Crops which) const {
  const Shape& shape = inputs.shape();
  FOVEA_CHECK(which == crops, "the photo was framed as '{}', and is to be explained as '{}'", name_of(crops),
              name_of(which));
  FOVEA_CHECK(shape[1] == size.channels && shape[2] == size.height && shape[3] == size.width,
              "the photo was framed for a network of {}x{}x{}, not {}x{}x{}", shape[1], shape[2], shape[3],
              size.channels, size.height, size.width);
  FOVEA_CHECK(how == preprocessing, "the photo was framed with another preprocessing");
}

const Image& FramedPhoto::photo() const {
  return state_->photo;
}
const Framing& FramedPhoto::framing() const {
  return state_->framing;
}
Crops FramedPhoto::crops() const {
  return state_->crops;
}
const Tensor& FramedPhoto::inputs() const {
  return state_->inputs;
}
const ClassScores& FramedPhoto::scores() const {
  return state_->scores;
}

}  // namespace fovea
