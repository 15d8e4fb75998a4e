#include "explain/smooth_max_mask.hpp"

#include "base/ceil_div.hpp"

#include <algorithm>
#include <cmath>

namespace fovea {
namespace {

constexpr double kColdness = 20;
/// Parameters so many rows and columns away from a pixel's own take part.
constexpr std::int64_t kReach = 4;
constexpr double kStepsOfSigma = 3;

/// exp(20 a), which for a = 0, the value of most, needs no exponential.
double heat(double a) {
  return a == 0 ? 1 : std::exp(kColdness * a);
}

}  // namespace

SmoothMaxMask::SmoothMaxMask(std::int64_t height, std::int64_t width, std::int64_t step)
    : height_(height), width_(width), step_(step), rows_(ceil_div(height, step)),
      columns_(ceil_div(width, step)) {
  const std::int64_t side = (kReach + 1) * step_;
  for (std::int64_t down = 0; down < side; ++down)
    for (std::int64_t right = 0; right < side; ++right) {
      const double distance = std::sqrt(static_cast<double>(down * down + right * right));
      const double beyond = std::max(distance / (kStepsOfSigma * static_cast<double>(step_)) - 0.5, 0.0);
      kernel_.push_back(std::exp(-2 * beyond * beyond));
    }
}

double SmoothMaxMask::kernel(std::int64_t down, std::int64_t right) const {
  return kernel_[static_cast<std::size_t>(std::abs(down) * (kReach + 1) * step_ + std::abs(right))];
}

SmoothMaxMask::Mask SmoothMaxMask::generate(std::span<const double> parameters, const Runner& run) const {
  Mask mask{std::vector<double>(pixels()), std::vector<double>(pixels())};
  constexpr auto neighbours = static_cast<double>((2 * kReach + 1) * (2 * kReach + 1));
  run(height_, [&](std::int64_t y) {
    const std::int64_t first_row = std::max<std::int64_t>(y / step_ - kReach, 0);
    const std::int64_t last_row = std::min(y / step_ + kReach, rows_ - 1);
    for (std::int64_t x = 0; x < width_; ++x) {
      const std::int64_t first = std::max<std::int64_t>(x / step_ - kReach, 0);
      const std::int64_t last = std::min(x / step_ + kReach, columns_ - 1);
      double sum = neighbours, weighted = 0;  // as if all parameters were 0
      for (std::int64_t r = first_row; r <= last_row; ++r)
        for (std::int64_t c = first; c <= last; ++c) {
          const double parameter = parameters[static_cast<std::size_t>(r * columns_ + c)];
          if (parameter == 0)
            continue;
          const double a = kernel(y - r * step_, x - c * step_) * parameter, h = heat(a);
          sum += h - 1;
          weighted += a * h;
        }
      const auto at = static_cast<std::size_t>(y * width_ + x);
      mask.values[at] = weighted / sum;
      mask.sums[at] = sum;
    }
  });
  return mask;
}

std::vector<double> SmoothMaxMask::pull_back(std::span<const double> parameters, const Mask& mask,
                                             std::span<const double> pixels, const Runner& run) const {
  std::vector<double> gradient(parameters.size(), 0);
  run(rows_, [&](std::int64_t r) {
    for (std::int64_t c = 0; c < columns_; ++c) {
      const auto place = static_cast<std::size_t>(r * columns_ + c);
      // The pixels whose own row y / step is at most kReach away, and the same for columns.
      const std::int64_t top = std::max<std::int64_t>((r - kReach) * step_, 0);
      const std::int64_t bottom = std::min((r + kReach + 1) * step_, height_);
      const std::int64_t left = std::max<std::int64_t>((c - kReach) * step_, 0);
      const std::int64_t right = std::min((c + kReach + 1) * step_, width_);
      for (std::int64_t y = top; y < bottom; ++y)
        for (std::int64_t x = left; x < right; ++x) {
          const auto at = static_cast<std::size_t>(y * width_ + x);
          const double k = kernel(y - r * step_, x - c * step_), a = k * parameters[place];
          gradient[place] +=
              pixels[at] * k * heat(a) / mask.sums[at] * (1 + kColdness * (a - mask.values[at]));
        }
    }
  });
  return gradient;
}

double area_penalty(std::span<const double> mask, double area, std::span<double> gradient) {
  const auto zeros = static_cast<std::size_t>(static_cast<double>(mask.size()) * (1 - area));
  std::vector<double> sorted(mask.begin(), mask.end());
  const auto border = sorted.begin() + static_cast<std::ptrdiff_t>(std::min(zeros, mask.size() - 1));
  std::nth_element(sorted.begin(), border, sorted.end());
  const double threshold = *border;
  const auto above = std::count_if(mask.begin(), mask.end(), [&](double m) { return m > threshold; });
  const auto equal = std::count(mask.begin(), mask.end(), threshold);
  const double ones = static_cast<double>(mask.size() - zeros) - static_cast<double>(above);
  const double size = static_cast<double>(mask.size()), of_equal = ones / static_cast<double>(equal);
  double penalty = 0;
  for (std::size_t i = 0; i < mask.size(); ++i) {
    const double reference = mask[i] > threshold ? 1 : mask[i] < threshold ? 0 : of_equal;
    penalty += (mask[i] - reference) * (mask[i] - reference) / size;
    gradient[i] = 2 * (mask[i] - reference) / size;
  }
  return penalty;
}

}  // namespace fovea
