#include "explain/soft_mask.hpp"

#include <cmath>

namespace fovea {
namespace {

/// [pixels,cells]: the weights of the cells along one side, which sum to 1 for each pixel.
std::vector<double> gaussian_weights(std::size_t pixels, std::size_t cells, double sigma) {
  std::vector<double> weights;
  for (std::size_t i = 0; i < pixels; ++i) {
    const double at =
        (static_cast<double>(i) + 0.5) * static_cast<double>(cells) / static_cast<double>(pixels) - 0.5;
    double sum = 0;
    for (std::size_t k = 0; k < cells; ++k) {
      const double distance = (static_cast<double>(k) - at) / sigma;
      weights.push_back(std::exp(-distance * distance / 2));
      sum += weights.back();
    }
    for (std::size_t k = 0; k < cells; ++k)
      weights[i * cells + k] /= sum;
  }
  return weights;
}

}  // namespace

MaskEnlargement::MaskEnlargement(std::int64_t mask_height, std::int64_t mask_width, std::int64_t height,
                                 std::int64_t width, double sigma)
    : mask_height_(static_cast<std::size_t>(mask_height)), mask_width_(static_cast<std::size_t>(mask_width)),
      height_(static_cast<std::size_t>(height)), width_(static_cast<std::size_t>(width)),
      rows_(gaussian_weights(height_, mask_height_, sigma)),
      columns_(gaussian_weights(width_, mask_width_, sigma)) {}

std::vector<double> MaskEnlargement::enlarge(std::span<const double> mask) const {
  std::vector<double> wide(mask_height_ * width_, 0), pixels(height_ * width_, 0);
  for (std::size_t r = 0; r < mask_height_; ++r)
    for (std::size_t x = 0; x < width_; ++x)
      for (std::size_t c = 0; c < mask_width_; ++c)
        wide[r * width_ + x] += columns_[x * mask_width_ + c] * mask[r * mask_width_ + c];
  for (std::size_t y = 0; y < height_; ++y)
    for (std::size_t r = 0; r < mask_height_; ++r)
      for (std::size_t x = 0; x < width_; ++x)
        pixels[y * width_ + x] += rows_[y * mask_height_ + r] * wide[r * width_ + x];
  return pixels;
}

std::vector<double> MaskEnlargement::pull_back(std::span<const double> pixels) const {
  std::vector<double> wide(mask_height_ * width_, 0), mask(mask_height_ * mask_width_, 0);
  for (std::size_t y = 0; y < height_; ++y)
    for (std::size_t r = 0; r < mask_height_; ++r)
      for (std::size_t x = 0; x < width_; ++x)
        wide[r * width_ + x] += rows_[y * mask_height_ + r] * pixels[y * width_ + x];
  for (std::size_t r = 0; r < mask_height_; ++r)
    for (std::size_t x = 0; x < width_; ++x)
      for (std::size_t c = 0; c < mask_width_; ++c)
        mask[r * mask_width_ + c] += columns_[x * mask_width_ + c] * wide[r * width_ + x];
  return mask;
}

double mask_penalty(std::span<const double> mask, std::int64_t height, std::int64_t width, double area,
                    double variation, std::span<double> gradient) {
  double penalty = 0;
  const auto step = [&](std::size_t from, std::size_t to) {
    const double rise = mask[to] - mask[from], size = std::abs(rise);
    penalty += variation * size * size * size;
    gradient[to] += variation * 3 * rise * size;
    gradient[from] -= variation * 3 * rise * size;
  };
  const auto columns = static_cast<std::size_t>(width), rows = static_cast<std::size_t>(height);
  for (std::size_t i = 0; i < mask.size(); ++i) {
    penalty += area * (1 - mask[i]);
    gradient[i] -= area;
    if (i % columns + 1 < columns)
      step(i, i + 1);
    if (i / columns + 1 < rows)
      step(i, i + columns);
  }
  return penalty;
}

}  // namespace fovea
