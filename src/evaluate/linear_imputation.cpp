#include "evaluate/linear_imputation.hpp"

#include "base/check.hpp"

#include <algorithm>
#include <cmath>

namespace fovea {
namespace {

constexpr double kEdge = 1.0 / 6, kCorner = 1.0 / 12;

/// The system on a grid with a frame of one pixel, so that no neighbour needs a test: rows and columns of
/// pixels that were not removed, and of the frame, are zero. Multiplying an equation by what its weights sum
/// to makes the matrix symmetric and positive definite.
class ImputationSystem {
public:
  ImputationSystem(const std::vector<std::uint8_t>& removed, std::size_t height, std::size_t width)
      : height_(height), width_(width), stride_(width + 2), inside_(grid()), unknown_(grid()),
        weight_sums_(grid()) {
    for (std::size_t y = 0; y < height; ++y)
      for (std::size_t x = 0; x < width; ++x) {
        inside_[at(y, x)] = 1;
        unknown_[at(y, x)] = removed[y * width + x] ? 1 : 0;
      }
    for_rows([&](std::size_t i) { weight_sums_[i] = neighbours(inside_, i); });
  }

  std::vector<double> grid() const { return std::vector<double>((height_ + 2) * stride_, 0.0); }
  std::size_t at(std::size_t y, std::size_t x) const { return (y + 1) * stride_ + x + 1; }

  /// out = A x for an x that is zero but at unknowns.
  void multiply(const std::vector<double>& x, std::vector<double>& out) const {
    for_rows([&](std::size_t i) { out[i] = unknown_[i] * (weight_sums_[i] * x[i] - neighbours(x, i)); });
  }
  /// The residual of the equations for the picture of known and unknown pixels.
  std::vector<double> residual(const std::vector<double>& picture) const {
    std::vector<double> residual = grid();
    multiply(picture, residual);
    for (double& value : residual)
      value = -value;
    return residual;
  }

private:
  template <class Function>
  void for_rows(Function&& function) const {
    for (std::size_t y = 0; y < height_; ++y)
      for (std::size_t i = at(y, 0), end = i + width_; i < end; ++i)
        function(i);
  }
  double neighbours(const std::vector<double>& x, std::size_t i) const {
    const double *above = x.data() + i - stride_, *here = x.data() + i, *below = x.data() + i + stride_;
    return kEdge * (*above + *below + here[-1] + here[1]) +
           kCorner * (above[-1] + above[1] + below[-1] + below[1]);
  }

  std::size_t height_, width_, stride_;
  std::vector<double> inside_, unknown_, weight_sums_;
};

double dot(const std::vector<double>& a, const std::vector<double>& b) {
  // Four sums that do not wait for one another.
  double sums[4] = {0, 0, 0, 0};
  const std::size_t whole = a.size() / 4 * 4;
  for (std::size_t i = 0; i < whole; i += 4)
    for (std::size_t k = 0; k < 4; ++k)
      sums[k] += a[i + k] * b[i + k];
  for (std::size_t i = whole; i < a.size(); ++i)
    sums[0] += a[i] * b[i];
  return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

/// Adds to `picture` the solution of A x = residual.
void solve(const ImputationSystem& system, std::vector<double>& picture, double accepted) {
  std::vector<double> residual = system.residual(picture);
  std::vector<double> direction = residual, image = system.grid();
  double norm = dot(residual, residual);
  // Exact arithmetic ends after as many steps as there are unknowns.
  for (std::size_t step = 0; step < picture.size() && norm > accepted * accepted; ++step) {
    system.multiply(direction, image);
    const double length = norm / dot(direction, image);
    for (std::size_t i = 0; i < picture.size(); ++i) {
      picture[i] += length * direction[i];
      residual[i] -= length * image[i];
    }
    const double next = dot(residual, residual);
    const double kept = next / norm;
    for (std::size_t i = 0; i < picture.size(); ++i)
      direction[i] = residual[i] + kept * direction[i];
    norm = next;
  }
}

}  // namespace

void impute_linearly(std::span<float> channel, const std::vector<std::uint8_t>& removed, std::int64_t height,
                     std::int64_t width, double tolerance) {
  FOVEA_ASSERT(channel.size() == removed.size() &&
               channel.size() == static_cast<std::size_t>(height * width));
  const auto rows = static_cast<std::size_t>(height), columns = static_cast<std::size_t>(width);
  double known_sum = 0;
  std::size_t known = 0;
  for (std::size_t i = 0; i < channel.size(); ++i)
    if (!removed[i]) {
      known_sum += static_cast<double>(channel[i]);
      ++known;
    }
  FOVEA_CHECK(known > 0, "no pixel is left to impute the others from");
  if (known == channel.size())
    return;
  const ImputationSystem system(removed, rows, columns);
  std::vector<double> picture = system.grid(), flat = system.grid();
  for (std::size_t y = 0; y < rows; ++y)
    for (std::size_t x = 0; x < columns; ++x) {
      const std::size_t i = y * columns + x;
      picture[system.at(y, x)] = static_cast<double>(channel[i]);
      flat[system.at(y, x)] =
          removed[i] ? known_sum / static_cast<double>(known) : static_cast<double>(channel[i]);
    }
  const std::vector<double> reference = system.residual(flat);
  solve(system, picture, tolerance * std::sqrt(dot(reference, reference)));
  for (std::size_t y = 0; y < rows; ++y)
    for (std::size_t x = 0; x < columns; ++x)
      channel[y * columns + x] = static_cast<float>(picture[system.at(y, x)]);
}

}  // namespace fovea
