#pragma once

#include "fovea/classify.hpp"
#include "fovea/features.hpp"

#include <random>
#include <span>

namespace fovea {

/// The pose in which the network is shown a picture: enlarged and rotated about its middle, then shifted down
/// and right, with periodic continuation beyond its edges.
struct Pose {
  std::int64_t shift_y = 0, shift_x = 0;  ///< pixels
  double zoom = 1;                        ///< above 1 enlarges
  double angle = 0;                       ///< radians, clockwise as seen
  bool is_shift() const { return zoom == 1 && angle == 0; }
};

/// A random pose within the options' ranges: shifts, angle and the logarithm of the zoom are uniformly
/// distributed. Zoom and angle are drawn only if their range is not empty.
Pose random_pose(const ClassModelOptions& options, const InputSize& size, std::mt19937_64& generator);

/// Writes the picture as posed to `destination`, both [C,H,W], with bilinear interpolation.
void show_posed(const Pose& pose, const InputSize& size, std::span<const float> picture,
                std::span<float> destination);
/// The adjoint of `show_posed`: d(objective)/d(picture) from d(objective)/d(shown picture).
void pull_back_posed(const Pose& pose, const InputSize& size, std::span<const float> shown_gradient,
                     std::span<float> gradient);

}  // namespace fovea
