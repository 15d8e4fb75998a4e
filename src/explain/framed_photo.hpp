#pragma once

#include "explain/class_regions.hpp"
#include "fovea/explain.hpp"

#include <span>

namespace fovea {

struct FramedPhoto::State {
  Image photo;
  Framing framing;
  Crops crops = Crops::One;
  Preprocessing preprocessing;
  Tensor inputs;  ///< the network inputs of all crops, [crops,C,H,W]
  ClassScores scores;
  // Of networks that segment pictures.
  std::vector<OwnMasks> masks;        ///< of each crop
  std::vector<float> region_weights;  ///< of the one crop; empty for own masks

  std::size_t crop_count() const { return framing.crops.size(); }
  std::span<const float> input(std::size_t crop) const;
  /// The scores of a network that segments pictures, from the sums over the crops. With own masks, a class
  /// without one has no score. InputError if no class has one.
  ClassScores region_scores(const RegionSums& sums) const;
  /// The weight of each position of a crop in the sum of a class's scores.
  std::vector<float> region(std::size_t crop, std::int64_t class_index) const;
  /// InputError if the photo was framed for another network, preprocessing or crops.
  void check_fits(const InputSize& size, const Preprocessing& how, Crops which) const;
};

}  // namespace fovea
