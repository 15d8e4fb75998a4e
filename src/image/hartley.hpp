#pragma once

#include <cstdint>
#include <span>

namespace fovea {

/// Replaces every plane of [C,H,W] by its discrete Hartley transform (`bracewell1983hartley`),
///   X(k,l) = 1 / sqrt(H W) * sum_yx x(y,x) (cos t + sin t),  t = 2 pi (k y / H + l x / W):
/// real part minus imaginary part of the Fourier transform. Orthonormal, symmetric, and so its own inverse
/// and its own adjoint; a real picture has as many coefficients as pixels, none of them redundant.
void hartley_transform(std::span<float> planes, std::int64_t height, std::int64_t width);

}  // namespace fovea
