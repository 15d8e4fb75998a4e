#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace fovea {

/// The most coordinates that a point can have.
inline constexpr std::size_t kMostSobolDimensions = 3667;

/// The first points of Sobol's sequence (sobol1967distribution), which fill [0,1)^dimensions more evenly than
/// random ones: [count][dimensions]. The seed shifts them digitally, which leaves them as even as they are.
std::vector<double> sobol_points(std::size_t count, std::size_t dimensions, std::uint64_t seed);

}  // namespace fovea
