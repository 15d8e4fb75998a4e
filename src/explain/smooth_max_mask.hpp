#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace fovea {

/// Smooth masks of a picture from few parameters (fong2019understanding, section 3.2): a pixel's value is the
/// smooth maximum over the parameters around it of k(distance) * parameter, where k(d) = exp(-2 max(d / sigma
/// - 1/2, 0)^2), and the smooth maximum of values a is sum a exp(20 a) / sum exp(20 a). Parameters stand
/// `step` pixels apart, from the first pixel on; outside of the picture they are 0. sigma is three steps.
class SmoothMaxMask {
public:
  /// Runs part(0), ..., part(parts - 1), in any order.
  using Runner = std::function<void(std::int64_t parts, const std::function<void(std::int64_t)>& part)>;

  SmoothMaxMask(std::int64_t height, std::int64_t width, std::int64_t step);

  std::size_t parameters() const { return static_cast<std::size_t>(rows_ * columns_); }
  std::size_t pixels() const { return static_cast<std::size_t>(height_ * width_); }

  /// A mask, and the sums of exp(20 a), which its gradient needs.
  struct Mask {
    std::vector<double> values, sums;
  };
  Mask generate(std::span<const double> parameters, const Runner& run) const;
  /// The gradient with respect to the parameters from that with respect to the pixels.
  std::vector<double> pull_back(std::span<const double> parameters, const Mask& mask,
                                std::span<const double> pixels, const Runner& run) const;

private:
  double kernel(std::int64_t down, std::int64_t right) const;

  std::int64_t height_, width_, step_, rows_, columns_;
  std::vector<double> kernel_;  ///< of distances of 0, 1, ... pixels along both axes
};

/// The mean of (vecsort(m) - r)^2, where r is 1 in the largest `area` of all values and 0 elsewhere
/// (fong2019understanding, equation 5). Values that are equal share what falls to them, so that no place is
/// preferred. Writes its gradient.
double area_penalty(std::span<const double> mask, double area, std::span<double> gradient);

}  // namespace fovea
