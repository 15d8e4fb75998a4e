#pragma once

#include "explain/shapley_coalitions.hpp"

#include <cstddef>
#include <span>
#include <vector>

/// Regressions of a score on which regions of a picture are shown.
namespace fovea {

/// The Shapley values phi of a picture's regions (lundberg2017unified): those that minimise sum_z w(z) (v(z)
/// - v(none) - sum_k z_k phi_k)^2 under sum_k phi_k = v(all) - v(none). `values` are v(all), v(none) and
/// those of the coalitions; these are as `shapley_coalitions` gives them, none for a single region.
std::vector<double> shapley_values(const std::vector<Coalition>& coalitions, std::size_t regions,
                                   std::span<const double> values);

/// LIME's coefficients for pictures (ribeiro2016why): ridge regression of the values on the masks, with an
/// intercept, in which a mask weighs exp(-d^2 / (2 * 0.25^2)), d its cosine distance from the mask of the
/// whole picture. The ridge is 1, and the intercept is not shrunk.
std::vector<double> lime_coefficients(const std::vector<RegionMask>& masks, std::span<const double> values);

}  // namespace fovea
