#include "explain/fourier_basis.hpp"

#include "image/hartley.hpp"

#include <algorithm>
#include <cmath>

namespace fovea {
namespace {

/// Cyclic Jacobi rotations on a symmetric matrix: what remains in `a` is diagonal, `vectors` has the
/// eigenvectors as columns.
template <class Matrix>
void diagonalize(Matrix& a, Matrix& vectors) {
  constexpr int sweeps = 20;
  for (std::size_t i = 0; i < 3; ++i)
    for (std::size_t k = 0; k < 3; ++k)
      vectors[i][k] = i == k ? 1 : 0;
  for (int sweep = 0; sweep < sweeps; ++sweep)
    for (const auto& [p, q] : {std::pair<std::size_t, std::size_t>{0, 1}, {0, 2}, {1, 2}}) {
      const double angle = 0.5 * std::atan2(2 * a[p][q], a[p][p] - a[q][q]);
      const double c = std::cos(angle), s = std::sin(angle);
      auto turn = [&](double& x, double& y) {
        const double old = x;
        x = c * old + s * y;
        y = c * y - s * old;
      };
      for (std::size_t k = 0; k < 3; ++k)
        turn(a[k][p], a[k][q]);
      for (std::size_t k = 0; k < 3; ++k)
        turn(a[p][k], a[q][k]);
      for (std::size_t k = 0; k < 3; ++k)
        turn(vectors[k][p], vectors[k][q]);
    }
}

}  // namespace

FourierBasis::FourierBasis(const InputSize& size, ChannelOrder order) : size_(size) {
  auto frequency = [](std::int64_t i, std::int64_t n) {
    return static_cast<double>(std::min(i, n - i)) / static_cast<double>(n);
  };
  const double lowest = 1 / static_cast<double>(std::max(size.height, size.width));
  double squares = 0;
  for (std::int64_t y = 0; y < size.height; ++y)
    for (std::int64_t x = 0; x < size.width; ++x) {
      const double f = std::hypot(frequency(y, size.height), frequency(x, size.width));
      amplitude_.push_back(1 / std::max(f, lowest));
      squares += amplitude_.back() * amplitude_.back();
    }
  const double rms = std::sqrt(squares / static_cast<double>(amplitude_.size()));
  for (double& a : amplitude_)
    a /= rms;

  Matrix covariance = kColourCovariance, vectors{};
  diagonalize(covariance, vectors);
  for (std::size_t i = 0; i < 3; ++i)
    for (std::size_t k = 0; k < 3; ++k) {
      const double root = std::sqrt(covariance[k][k]);
      const std::size_t channel = order == ChannelOrder::BGR ? 2 - i : i;
      colours_[channel][k] = transposed_[k][channel] = vectors[i][k] * root;
      inverse_[k][channel] = vectors[i][k] / root;
    }
}

void FourierBasis::mix(const Matrix& matrix, std::span<float> planes) const {
  if (size_.channels < 3)
    return;
  const auto plane = static_cast<std::size_t>(size_.height * size_.width);
  for (std::size_t i = 0; i < plane; ++i) {
    const std::array<double, 3> from = {planes[i], planes[plane + i], planes[2 * plane + i]};
    for (std::size_t c = 0; c < 3; ++c)
      planes[c * plane + i] =
          static_cast<float>(matrix[c][0] * from[0] + matrix[c][1] * from[1] + matrix[c][2] * from[2]);
  }
}

void FourierBasis::amplify(std::span<float> spectrum) const {
  for (std::size_t first = 0; first < spectrum.size(); first += amplitude_.size())
    for (std::size_t i = 0; i < amplitude_.size(); ++i)
      spectrum[first + i] = static_cast<float>(spectrum[first + i] * amplitude_[i]);
}

void FourierBasis::synthesize(std::span<float> z) const {
  amplify(z);
  hartley_transform(z, size_.height, size_.width);
  mix(colours_, z);
}

void FourierBasis::analyze(std::span<float> u) const {
  mix(inverse_, u);
  hartley_transform(u, size_.height, size_.width);
  for (std::size_t i = 0; i < u.size(); ++i)
    u[i] = static_cast<float>(u[i] / amplitude_[i % amplitude_.size()]);
}

void FourierBasis::pull_back(std::span<float> gradient) const {
  mix(transposed_, gradient);
  hartley_transform(gradient, size_.height, size_.width);
  amplify(gradient);
}

}  // namespace fovea
