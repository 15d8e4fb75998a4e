#pragma once

#include <span>
#include <vector>

namespace fovea {

/// The x that minimises sum_i w_i (y_i - z_i x)^2 + ridge |x|^2, where `rows` holds the z_i one after the
/// other, for weights w and a ridge of at least 0. Where several x do, the shortest.
std::vector<double> weighted_least_squares(std::span<const double> rows, std::span<const double> weights,
                                           std::span<const double> values, double ridge);

}  // namespace fovea
