#pragma once

#include "fovea/segment.hpp"

#include <array>
#include <optional>

namespace fovea {

using Matrix3 = std::array<double, 9>;  ///< row by row

/// The lower triangular L with L L^T = m (entries 00, 10, 11, 20, 21, 22); none if m is not positive
/// definite. Reads the lower half of m.
std::optional<std::array<double, 6>> cholesky(const Matrix3& m);

/// The symmetric matrix with the same eigenvectors whose eigenvalues are raised to at least `floor`.
Matrix3 raise_eigenvalues(const Matrix3& m, double floor);

/// A Gaussian in a form for fast evaluation: log density = constant - |inverse (x - mean)|^2 / 2, including
/// the weight.
template <class T>
struct PreparedGaussian {
  std::array<T, 3> mean;
  std::array<T, 6> inverse;  ///< of L, lower triangular
  T constant;

  T log_density(T red, T green, T blue) const {
    const T a = red - mean[0];
    const T b = green - mean[1];
    const T c = blue - mean[2];
    const T x = inverse[0] * a;
    const T y = inverse[1] * a + inverse[2] * b;
    const T z = inverse[3] * a + inverse[4] * b + inverse[5] * c;
    return constant - (x * x + y * y + z * z) / 2;
  }
};

/// InputError when the covariance is not positive definite.
template <class T>
PreparedGaussian<T> prepare(const Gaussian& gaussian);

}  // namespace fovea
