#pragma once

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

  std::size_t crop_count() const { return framing.crops.size(); }
  std::span<const float> input(std::size_t crop) const;
  /// InputError if the photo was framed for another network, preprocessing or crops.
  void check_fits(const InputSize& size, const Preprocessing& how, Crops which) const;
};

}  // namespace fovea
