#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace fovea {

/// Enlarges masks [h,w] to pictures' size [H,W] (fong2017interpretable): a pixel has the mean of the cells,
/// weighted by a Gaussian of its distance from their centres.
class MaskEnlargement {
public:
  /// `sigma` is the Gaussian's standard deviation in cells, above 0.
  MaskEnlargement(std::int64_t mask_height, std::int64_t mask_width, std::int64_t height, std::int64_t width,
                  double sigma);

  std::vector<double> enlarge(std::span<const double> mask) const;
  /// The transpose of `enlarge`: the gradient with respect to the mask from that with respect to the pixels.
  std::vector<double> pull_back(std::span<const double> pixels) const;

private:
  std::size_t mask_height_, mask_width_, height_, width_;
  std::vector<double> rows_, columns_;  ///< [H,h] and [W,w]
};

/// area * sum |1 - m| + variation * sum (|m_right - m|^3 + |m_below - m|^3), for a mask [height,width] of
/// 0..1. Adds its gradient to `gradient`.
double mask_penalty(std::span<const double> mask, std::int64_t height, std::int64_t width, double area,
                    double variation, std::span<double> gradient);

}  // namespace fovea
