#pragma once

#include "fovea/classify.hpp"
#include "fovea/features.hpp"

#include <random>
#include <span>

namespace fovea {

/// How a picture is moved before the network looks at it: enlarged and turned about its middle, then shifted
/// down and right. The picture goes on periodically beyond its edges.
struct Pose {
  std::int64_t shift_y = 0, shift_x = 0;  ///< pixels
  double zoom = 1;                        ///< above 1 enlarges
  double angle = 0;                       ///< radians, clockwise as seen
  bool is_shift() const { return zoom == 1 && angle == 0; }
};

/// A pose within the options' reach: each shift and the angle even over their range, the logarithm of the
/// zoom as well. Zoom and angle are drawn only where there is a choice.
Pose random_pose(const ClassModelOptions& options, const InputSize& size, std::mt19937_64& generator);

/// destination = the picture as posed, both [C,H,W]; bilinear.
void show_posed(const Pose& pose, const InputSize& size, std::span<const float> picture,
                std::span<float> destination);
/// The adjoint of `show_posed`: d(objective)/d(picture) from d(objective)/d(what is shown of it).
void pull_back_posed(const Pose& pose, const InputSize& size, std::span<const float> shown_gradient,
                     std::span<float> gradient);

}  // namespace fovea
