#include "explain/least_squares.hpp"

#include "base/check.hpp"
#include "image/solve_symmetric.hpp"

namespace fovea {

LeastSquares::LeastSquares(std::size_t unknowns)
    : unknowns_(unknowns), normal_(unknowns * unknowns, 0), right_(unknowns, 0) {}

void LeastSquares::add(std::span<const double> z, double y, double weight) {
  FOVEA_ASSERT(z.size() == unknowns_);
  for (std::size_t i = 0; i < unknowns_; ++i) {
    if (z[i] == 0)
      continue;
    const double scaled = weight * z[i];
    right_[i] += scaled * y;
    for (std::size_t k = 0; k < unknowns_; ++k)
      normal_[i * unknowns_ + k] += scaled * z[k];
  }
}

std::vector<double> LeastSquares::solve(double ridge) const {
  std::vector<double> normal = normal_;
  for (std::size_t i = 0; i < unknowns_; ++i)
    normal[i * unknowns_ + i] += ridge;
  return solve_symmetric(normal, right_);
}

}  // namespace fovea
