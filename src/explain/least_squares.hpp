#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace fovea {

/// Weighted least squares: the x that minimises sum_i w_i (y_i - z_i x)^2 + ridge |x|^2. Keeps the normal
/// equations alone, whatever the number of equations.
class LeastSquares {
public:
  explicit LeastSquares(std::size_t unknowns);

  /// Adds an equation z x = y with a weight of at least 0.
  void add(std::span<const double> z, double y, double weight);

  /// `ridge` is at least 0. Where several x are the best, the shortest of them.
  std::vector<double> solve(double ridge) const;

private:
  std::size_t unknowns_;
  std::vector<double> normal_;  ///< sum w z z', row by row
  std::vector<double> right_;   ///< sum w y z
};

}  // namespace fovea
