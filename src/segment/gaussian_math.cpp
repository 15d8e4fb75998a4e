#include "segment/gaussian_math.hpp"

#include "base/check.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace fovea {
namespace {

/// One Jacobi rotation that makes m[p][q] zero; v gathers the rotations in its columns.
void rotate(Matrix3& m, Matrix3& v, std::size_t p, std::size_t q) {
  if (m[3 * p + q] == 0)
    return;
  const double theta = (m[3 * q + q] - m[3 * p + p]) / (2 * m[3 * p + q]);
  const double t = (theta >= 0 ? 1.0 : -1.0) / (std::abs(theta) + std::hypot(theta, 1.0));
  const double c = 1 / std::hypot(t, 1.0);
  const double s = t * c;
  for (std::size_t k = 0; k < 3; ++k) {
    const double kp = m[3 * k + p];
    const double kq = m[3 * k + q];
    m[3 * k + p] = c * kp - s * kq;
    m[3 * k + q] = s * kp + c * kq;
  }
  for (std::size_t k = 0; k < 3; ++k) {
    const double pk = m[3 * p + k];
    const double qk = m[3 * q + k];
    m[3 * p + k] = c * pk - s * qk;
    m[3 * q + k] = s * pk + c * qk;
    const double vp = v[3 * k + p];
    const double vq = v[3 * k + q];
    v[3 * k + p] = c * vp - s * vq;
    v[3 * k + q] = s * vp + c * vq;
  }
}

}  // namespace

std::optional<std::array<double, 6>> cholesky(const Matrix3& m) {
  if (!(m[0] > 0))
    return std::nullopt;
  const double l00 = std::sqrt(m[0]);
  const double l10 = m[3] / l00;
  const double l20 = m[6] / l00;
  const double d1 = m[4] - l10 * l10;
  if (!(d1 > 0))
    return std::nullopt;
  const double l11 = std::sqrt(d1);
  const double l21 = (m[7] - l20 * l10) / l11;
  const double d2 = m[8] - l20 * l20 - l21 * l21;
  if (!(d2 > 0))
    return std::nullopt;
  return std::array<double, 6>{l00, l10, l11, l20, l21, std::sqrt(d2)};
}

Matrix3 raise_eigenvalues(const Matrix3& m, double floor) {
  Matrix3 diagonal = m;
  Matrix3 v = {1, 0, 0, 0, 1, 0, 0, 0, 1};
  constexpr int sweeps = 12;  // converges quadratically; six are enough for any 3 x 3 matrix seen
  for (int sweep = 0; sweep < sweeps; ++sweep) {
    rotate(diagonal, v, 0, 1);
    rotate(diagonal, v, 0, 2);
    rotate(diagonal, v, 1, 2);
  }
  if (std::min({diagonal[0], diagonal[4], diagonal[8]}) >= floor)
    return m;
  Matrix3 raised = {};
  for (std::size_t i = 0; i < 3; ++i)
    for (std::size_t j = 0; j < 3; ++j)
      for (std::size_t k = 0; k < 3; ++k)
        raised[3 * i + j] += v[3 * i + k] * std::max(diagonal[4 * k], floor) * v[3 * j + k];
  return raised;
}

template <class T>
PreparedGaussian<T> prepare(const Gaussian& gaussian) {
  const auto l = cholesky(gaussian.covariance);
  FOVEA_CHECK(l.has_value(), "a covariance is not positive definite");
  const auto [l00, l10, l11, l20, l21, l22] = *l;
  PreparedGaussian<T> prepared;
  for (std::size_t c = 0; c < 3; ++c)
    prepared.mean[c] = static_cast<T>(gaussian.mean[c]);
  const double i10 = -l10 / (l00 * l11);
  const double i21 = -l21 / (l11 * l22);
  const double i20 = (l10 * l21 / l11 - l20) / (l00 * l22);
  prepared.inverse = {static_cast<T>(1 / l00), static_cast<T>(i10), static_cast<T>(1 / l11),
                      static_cast<T>(i20),     static_cast<T>(i21), static_cast<T>(1 / l22)};
  prepared.constant = static_cast<T>(std::log(gaussian.weight) - 1.5 * std::log(2 * std::numbers::pi) -
                                     std::log(l00) - std::log(l11) - std::log(l22));
  return prepared;
}

template PreparedGaussian<float> prepare(const Gaussian& gaussian);
template PreparedGaussian<double> prepare(const Gaussian& gaussian);

}  // namespace fovea
