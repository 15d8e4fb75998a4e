#pragma once

#include "explain/region_masks.hpp"

#include <cstdint>
#include <vector>

namespace fovea {

/// Some of the regions of a picture, with the weight of its equation in the regression of kernel SHAP.
struct Coalition {
  RegionMask shown;
  double weight = 0;
};

/// The least number of samples for that many regions (at least 2): each region alone, and all others.
std::int64_t least_coalitions(std::int64_t regions);

/// At most `samples` different coalitions of 2 or more regions, without that of none and that of all. A
/// coalition of s of M regions weighs (M - 1) / (binomial(M, s) s (M - s)) (lundberg2017unified, theorem 2).
/// Sizes s and M - s with s = 1, 2, ... are taken whole, with these weights, as long as the samples' share by
/// weight covers them; the weight of the other sizes is divided among random coalitions, drawn by weight and
/// each paired with its complement. So with 2^M - 2 samples or more these are all coalitions, and `seed` does
/// not matter. `samples` is at least least_coalitions(regions).
std::vector<Coalition> shapley_coalitions(std::int64_t regions, std::int64_t samples, std::uint64_t seed);

}  // namespace fovea
