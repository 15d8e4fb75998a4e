#pragma once

#include <span>
#include <vector>

namespace fovea {

/// The x of A x = b for a symmetric matrix A, row by row, of b.size() rows. Where A is singular, the shortest
/// of the x that come nearest.
std::vector<double> solve_symmetric(std::span<const double> matrix, std::span<const double> right);

}  // namespace fovea
