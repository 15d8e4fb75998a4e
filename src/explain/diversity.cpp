#include "explain/diversity.hpp"

#include <algorithm>
#include <cmath>

namespace fovea {
namespace {

double dot(const Features& a, const Features& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i)
    sum += static_cast<double>(a[i]) * b[i];
  return sum;
}

/// A picture's cells: pixel (y, x) lies in cell (y * rows / height, x * columns / width).
struct Cells {
  std::int64_t height, width, rows, columns;

  Cells(std::int64_t h, std::int64_t w)
      : height(h), width(w), rows(std::min<std::int64_t>(h, 16)), columns(std::min<std::int64_t>(w, 16)) {}

  /// Calls use(pixel, cell, weight) for every pixel; the weights in a cell add up to 1.
  template <class Use>
  void for_each(std::int64_t channels, Use use) const {
    auto extent = [](std::int64_t cell, std::int64_t cells, std::int64_t n) {
      auto begin = [&](std::int64_t i) { return (i * n + cells - 1) / cells; };
      return begin(cell + 1) - begin(cell);
    };
    for (std::int64_t c = 0, pixel = 0; c < channels; ++c)
      for (std::int64_t y = 0; y < height; ++y)
        for (std::int64_t x = 0; x < width; ++x, ++pixel) {
          const std::int64_t row = y * rows / height, column = x * columns / width;
          const std::int64_t pixels = extent(row, rows, height) * extent(column, columns, width);
          use(static_cast<std::size_t>(pixel), static_cast<std::size_t>((c * rows + row) * columns + column),
              1.0F / static_cast<float>(pixels));
        }
  }
};

}  // namespace

double similarity_to_others(std::span<const Features> all, std::size_t k, Features& gradient) {
  const Features& own = all[k];
  gradient.assign(own.size(), 0.0F);
  const double length = std::sqrt(dot(own, own));
  double sum = 0;
  for (std::size_t j = 0; j < all.size(); ++j) {
    if (j == k || all[j].size() != own.size())
      continue;
    const double other = std::sqrt(dot(all[j], all[j]));
    if (length == 0 || other == 0)
      continue;
    const double cosine = dot(own, all[j]) / (length * other);
    sum += cosine;
    for (std::size_t i = 0; i < own.size(); ++i)
      gradient[i] += static_cast<float>((all[j][i] / other - cosine * own[i] / length) / length);
  }
  const double others = std::max(1.0, static_cast<double>(all.size()) - 1);
  for (float& value : gradient)
    value = static_cast<float>(value / others);
  return sum / others;
}

Features gram_matrix(std::int64_t channel_count, std::span<const float> layer) {
  const auto channels = static_cast<std::size_t>(channel_count), positions = layer.size() / channels;
  Features gram(channels * channels, 0.0F), column(channels);
  const float scale = 1.0F / static_cast<float>(positions);
  for (std::size_t p = 0; p < positions; ++p) {
    for (std::size_t c = 0; c < channels; ++c)
      column[c] = layer[c * positions + p];
    for (std::size_t a = 0; a < channels; ++a) {
      const float factor = scale * column[a];
      if (factor == 0)  // most values behind a ReLU
        continue;
      float* row = gram.data() + a * channels;
      for (std::size_t b = 0; b < channels; ++b)
        row[b] += factor * column[b];
    }
  }
  return gram;
}

void pull_back_gram(std::int64_t channel_count, std::span<const float> layer, const Features& gram_gradient,
                    std::span<float> gradient) {
  const auto channels = static_cast<std::size_t>(channel_count), positions = layer.size() / channels;
  const float scale = 2.0F / static_cast<float>(positions);
  Features sums(channels);
  for (std::size_t p = 0; p < positions; ++p) {
    std::fill(sums.begin(), sums.end(), 0.0F);
    for (std::size_t a = 0; a < channels; ++a) {
      const float factor = scale * layer[a * positions + p];
      if (factor == 0)
        continue;
      const float* row = gram_gradient.data() + a * channels;
      for (std::size_t b = 0; b < channels; ++b)
        sums[b] += factor * row[b];
    }
    for (std::size_t c = 0; c < channels; ++c)
      gradient[c * positions + p] = sums[c];
  }
}

Features coarse_picture(std::span<const float> picture, std::int64_t height, std::int64_t width) {
  const Cells cells(height, width);
  const auto channels = static_cast<std::int64_t>(picture.size()) / (height * width);
  Features means(static_cast<std::size_t>(channels * cells.rows * cells.columns), 0.0F);
  cells.for_each(channels, [&](std::size_t pixel, std::size_t cell, float weight) {
    means[cell] += weight * picture[pixel];
  });
  return means;
}

void pull_back_coarse(const Features& coarse_gradient, std::int64_t height, std::int64_t width,
                      std::span<float> gradient) {
  const auto channels = static_cast<std::int64_t>(gradient.size()) / (height * width);
  Cells(height, width).for_each(channels, [&](std::size_t pixel, std::size_t cell, float weight) {
    gradient[pixel] = weight * coarse_gradient[cell];
  });
}

}  // namespace fovea
