#pragma once

#include <cstdint>
#include <span>

namespace fovea {

/// Blurs every plane of [C,H,W] in place with a Gaussian of `sigma` pixels, cut off at three sigma (rounded
/// up) and normalised. Beyond their edges the planes are mirrored: c b a | a b c. A sigma of 0 has no effect.
/// InputError if sigma is negative or not finite.
void gaussian_blur(std::span<float> planes, std::int64_t height, std::int64_t width, double sigma);

}  // namespace fovea
