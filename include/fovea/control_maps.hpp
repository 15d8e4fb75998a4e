#pragma once

#include "fovea/tensor.hpp"

#include <cstdint>

/// Maps that know nothing of the network. What does not beat them says nothing about it.
namespace fovea {

/// Independent values, uniform in [0, 1): [H,W] F32, the same everywhere for the same seed. InputError for a
/// side below 1.
Tensor random_map(std::int64_t height, std::int64_t width, std::uint64_t seed);

/// A Gaussian in the middle, 1 at its peak: [H,W] F32. `deviation` is its standard deviation along each side,
/// as a share of that side. Photographers put objects in the middle, so this map does well in many tests.
/// InputError for a side below 1 and a deviation that is not above 0.
Tensor centre_prior(std::int64_t height, std::int64_t width, double deviation = 0.25);

}  // namespace fovea
