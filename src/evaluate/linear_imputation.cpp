#include "evaluate/linear_imputation.hpp"

#include "base/check.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace fovea {
namespace {

/// The system on a grid with a frame of one cell, so that no neighbour needs a test: rows and columns of
/// pixels that were not removed, and of the frame, are zero. Multiplying an equation by what its weights sum
/// to makes the matrix symmetric and positive definite.
template <class Number>
class ImputationSystem {
public:
  using Grid = std::vector<Number>;

  ImputationSystem(const std::vector<std::uint8_t>& removed, std::size_t height, std::size_t width)
      : height_(height), width_(width), stride_(width + 2), unknown_(grid()), weight_sums_(grid()),
        inverse_(grid()) {
    Grid inside = grid();
    for (std::size_t y = 0; y < height; ++y)
      for (std::size_t x = 0; x < width; ++x) {
        inside[at(y, x)] = 1;
        unknown_[at(y, x)] = removed[y * width + x] ? 1 : 0;
      }
    for_rows([&](std::size_t i) {
      weight_sums_[i] = neighbours(inside.data(), i);
      // A picture of a single pixel has no neighbours.
      inverse_[i] = weight_sums_[i] > 0 ? unknown_[i] / weight_sums_[i] : 0;
    });
  }

  std::size_t height() const { return height_; }
  std::size_t width() const { return width_; }
  std::size_t stride() const { return stride_; }
  Grid grid() const { return Grid((height_ + 2) * stride_, Number{0}); }
  std::size_t at(std::size_t y, std::size_t x) const { return (y + 1) * stride_ + x + 1; }
  const Grid& unknown() const { return unknown_; }

  /// out = A x for an x that is zero but at unknowns.
  void multiply(const Grid& x, Grid& out) const {
    const Number* values = x.data();
    for_rows(
        [&](std::size_t i) { out[i] = unknown_[i] * (weight_sums_[i] * values[i] - neighbours(values, i)); });
  }
  /// The residual of the equations for the picture of known and unknown pixels.
  Grid residual(const Grid& picture) const {
    Grid residual = grid();
    multiply(picture, residual);
    for (Number& value : residual)
      value = -value;
    return residual;
  }
  /// out = b - A x.
  void residual(const Grid& b, const Grid& x, Grid& out) const {
    const Number* values = x.data();
    for_rows([&](std::size_t i) {
      out[i] = unknown_[i] * (b[i] - (weight_sums_[i] * values[i] - neighbours(values, i)));
    });
  }
  /// x = w D^-1 b: the first of Jacobi's damped sweeps, from 0.
  void begin_sweeps(const Grid& b, Grid& x, Number damping) const {
    for (std::size_t i = 0; i < x.size(); ++i)
      x[i] = damping * inverse_[i] * b[i];
  }
  /// x += w D^-1 (b - A x), by way of `scratch`.
  void sweep(const Grid& b, Grid& x, Grid& scratch, Number damping) const {
    residual(b, x, scratch);
    for (std::size_t i = 0; i < x.size(); ++i)
      x[i] += damping * inverse_[i] * scratch[i];
  }

private:
  static constexpr Number kEdge = Number{1} / 6, kCorner = Number{1} / 12;

  template <class Function>
  void for_rows(Function&& function) const {
    for (std::size_t y = 0; y < height_; ++y)
      for (std::size_t i = at(y, 0), end = i + width_; i < end; ++i)
        function(i);
  }
  Number neighbours(const Number* x, std::size_t i) const {
    const Number *above = x + i - stride_, *here = x + i, *below = x + i + stride_;
    return kEdge * (*above + *below + here[-1] + here[1]) +
           kCorner * (above[-1] + above[1] + below[-1] + below[1]);
  }

  std::size_t height_, width_, stride_;
  Grid unknown_, weight_sums_, inverse_;
};

/// An approximate inverse of the system, symmetric and positive definite: one V-cycle of multigrid with a
/// damped Jacobi sweep before and after each coarser grid, whose cells are four of the finer one. A cell is
/// unknown where all of its four are, and has the same weights as pixels have: the sums of squared
/// differences that the equations minimise do not change with the size of cells in two dimensions.
class CoarseCorrection {
public:
  CoarseCorrection(std::vector<std::uint8_t> removed, std::size_t height, std::size_t width) {
    while (true) {
      levels_.emplace_back(removed, height, width);
      if (height <= 2 || width <= 2)
        return;
      std::vector<std::uint8_t> coarse = coarser(removed, height, width);
      if (std::none_of(coarse.begin(), coarse.end(), [](std::uint8_t cell) { return cell != 0; }))
        return;
      removed = std::move(coarse);
      height = half(height);
      width = half(width);
    }
  }

  /// out = B r.
  void apply(const std::vector<double>& residual, std::vector<double>& out) {
    Level& finest = levels_.front();
    std::transform(residual.begin(), residual.end(), finest.right.begin(),
                   [](double value) { return static_cast<float>(value); });
    cycle(0);
    std::copy(finest.solution.begin(), finest.solution.end(), out.begin());
  }

private:
  using System = ImputationSystem<float>;
  using Grid = System::Grid;
  static constexpr float kDamping = 0.8F;
  static constexpr int kCoarsestSweeps = 16;

  struct Level {
    Level(const std::vector<std::uint8_t>& removed, std::size_t height, std::size_t width)
        : system(removed, height, width), right(system.grid()), solution(system.grid()),
          scratch(system.grid()) {}
    System system;
    Grid right, solution, scratch;
  };

  static std::size_t half(std::size_t side) { return (side + 1) / 2; }

  static std::vector<std::uint8_t> coarser(const std::vector<std::uint8_t>& removed, std::size_t height,
                                           std::size_t width) {
    std::vector<std::uint8_t> coarse(half(height) * half(width), 1);
    for (std::size_t y = 0; y < height; ++y)
      for (std::size_t x = 0; x < width; ++x)
        coarse[y / 2 * half(width) + x / 2] &= static_cast<std::uint8_t>(removed[y * width + x] != 0);
    return coarse;
  }

  /// The other coarse cell between whose centre and its own cell's a fine cell lies; its own at the border.
  static std::size_t beside(std::size_t fine, std::size_t coarse_side) {
    const std::size_t own = fine / 2;
    if (fine % 2 == 0)
      return own == 0 ? 0 : own - 1;
    return std::min(own + 1, coarse_side - 1);
  }

  /// Calls use(fine cell, coarse cell, weight) for each pair of the bilinear interpolation.
  template <class Use>
  static void for_pairs(const System& fine, const System& coarse, Use&& use) {
    constexpr float own = 0.75F, other = 0.25F;
    for (std::size_t y = 0; y < fine.height(); ++y) {
      const std::size_t row = y / 2, next_row = beside(y, coarse.height());
      for (std::size_t x = 0; x < fine.width(); ++x) {
        const std::size_t column = x / 2, next_column = beside(x, coarse.width());
        const std::size_t i = fine.at(y, x);
        use(i, coarse.at(row, column), own * own);
        use(i, coarse.at(row, next_column), own * other);
        use(i, coarse.at(next_row, column), other * own);
        use(i, coarse.at(next_row, next_column), other * other);
      }
    }
  }

  void cycle(std::size_t at) {
    Level& level = levels_[at];
    level.system.begin_sweeps(level.right, level.solution, kDamping);
    if (at + 1 == levels_.size()) {
      for (int i = 1; i < kCoarsestSweeps && at > 0; ++i)
        level.system.sweep(level.right, level.solution, level.scratch, kDamping);
      return;
    }
    Level& coarse = levels_[at + 1];
    level.system.residual(level.right, level.solution, level.scratch);
    std::fill(coarse.right.begin(), coarse.right.end(), 0.0F);
    for_pairs(level.system, coarse.system, [&](std::size_t i, std::size_t j, float weight) {
      coarse.right[j] += weight * level.scratch[i];
    });
    cycle(at + 1);
    const Grid& unknown = level.system.unknown();
    for_pairs(level.system, coarse.system, [&](std::size_t i, std::size_t j, float weight) {
      level.solution[i] += unknown[i] * weight * coarse.solution[j];
    });
    level.system.sweep(level.right, level.solution, level.scratch, kDamping);
  }

  std::vector<Level> levels_;
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
void solve(const ImputationSystem<double>& system, CoarseCorrection& correction, std::vector<double>& picture,
           double accepted) {
  std::vector<double> residual = system.residual(picture);
  std::vector<double> corrected = system.grid(), image = system.grid();
  std::vector<double> direction = system.grid();
  double norm = 0;
  // Exact arithmetic ends after as many steps as there are unknowns.
  for (std::size_t step = 0; step < picture.size() && dot(residual, residual) > accepted * accepted; ++step) {
    correction.apply(residual, corrected);
    const double next = dot(residual, corrected);
    if (!(next > 0))
      return;  // a residual below what the correction can hold
    const double kept = step == 0 ? 0 : next / norm;
    for (std::size_t i = 0; i < picture.size(); ++i)
      direction[i] = corrected[i] + kept * direction[i];
    norm = next;
    system.multiply(direction, image);
    const double length = norm / dot(direction, image);
    for (std::size_t i = 0; i < picture.size(); ++i) {
      picture[i] += length * direction[i];
      residual[i] -= length * image[i];
    }
  }
}

void impute_plane(const ImputationSystem<double>& system, CoarseCorrection& correction,
                  std::span<float> plane, const std::vector<std::uint8_t>& removed, double tolerance) {
  double known_sum = 0, known = 0;
  for (std::size_t i = 0; i < plane.size(); ++i)
    if (!removed[i]) {
      known_sum += static_cast<double>(plane[i]);
      ++known;
    }
  std::vector<double> picture = system.grid(), flat = system.grid();
  for (std::size_t y = 0; y < system.height(); ++y)
    for (std::size_t x = 0; x < system.width(); ++x) {
      const std::size_t i = y * system.width() + x;
      picture[system.at(y, x)] = static_cast<double>(plane[i]);
      flat[system.at(y, x)] = removed[i] ? known_sum / known : static_cast<double>(plane[i]);
    }
  const std::vector<double> reference = system.residual(flat);
  // Of a picture of one colour nothing is left but rounding.
  constexpr double rounding = 1e-14;
  solve(system, correction, picture,
        std::max(tolerance * std::sqrt(dot(reference, reference)), rounding * std::sqrt(dot(flat, flat))));
  for (std::size_t y = 0; y < system.height(); ++y)
    for (std::size_t x = 0; x < system.width(); ++x)
      plane[y * system.width() + x] = static_cast<float>(picture[system.at(y, x)]);
}

}  // namespace

void impute_linearly(std::span<float> planes, const std::vector<std::uint8_t>& removed, std::int64_t height,
                     std::int64_t width, double tolerance) {
  const auto rows = static_cast<std::size_t>(height), columns = static_cast<std::size_t>(width);
  FOVEA_ASSERT(removed.size() == rows * columns && planes.size() % removed.size() == 0);
  const auto gone = static_cast<std::size_t>(
      std::count_if(removed.begin(), removed.end(), [](std::uint8_t pixel) { return pixel != 0; }));
  FOVEA_CHECK(gone < removed.size(), "no pixel is left to impute the others from");
  if (gone == 0)
    return;
  const ImputationSystem<double> system(removed, rows, columns);
  CoarseCorrection correction(removed, rows, columns);
  for (std::size_t first = 0; first < planes.size(); first += removed.size())
    impute_plane(system, correction, planes.subspan(first, removed.size()), removed, tolerance);
}

}  // namespace fovea
