#include "explain/pose.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace fovea {
namespace {

std::int64_t wrapped(std::int64_t i, std::int64_t n) {
  return ((i % n) + n) % n;
}

/// destination = source, moved down and right with wrap-around.
void roll(const InputSize& size, std::span<const float> source, std::span<float> destination,
          std::int64_t shift_y, std::int64_t shift_x) {
  const std::int64_t first = size.width - wrapped(shift_x, size.width);
  for (std::int64_t c = 0; c < size.channels; ++c)
    for (std::int64_t y = 0; y < size.height; ++y) {
      const float* row = source.data() + (c * size.height + y) * size.width;
      float* to = destination.data() + (c * size.height + wrapped(y + shift_y, size.height)) * size.width;
      std::rotate_copy(row, row + first, row + size.width, to);
    }
}

/// The four pixels that a shown pixel is mixed of, with their weights.
struct Taps {
  std::array<std::size_t, 4> at;
  std::array<float, 4> weight;
};

/// Calls `use(i, taps)` for every shown pixel i of a plane.
template <class Use>
void for_each_pixel(const Pose& pose, const InputSize& size, Use use) {
  const double cosine = std::cos(pose.angle) / pose.zoom, sine = std::sin(pose.angle) / pose.zoom;
  const double middle_y = static_cast<double>(size.height - 1) / 2,
               middle_x = static_cast<double>(size.width - 1) / 2;
  std::size_t i = 0;
  for (std::int64_t y = 0; y < size.height; ++y)
    for (std::int64_t x = 0; x < size.width; ++x, ++i) {
      const double from_y = static_cast<double>(y - pose.shift_y) - middle_y,
                   from_x = static_cast<double>(x - pose.shift_x) - middle_x;
      const double source_y = middle_y + cosine * from_y - sine * from_x,
                   source_x = middle_x + sine * from_y + cosine * from_x;
      const double floor_y = std::floor(source_y), floor_x = std::floor(source_x);
      const auto fy = static_cast<float>(source_y - floor_y), fx = static_cast<float>(source_x - floor_x);
      const std::int64_t y0 = wrapped(static_cast<std::int64_t>(floor_y), size.height),
                         x0 = wrapped(static_cast<std::int64_t>(floor_x), size.width);
      const std::int64_t y1 = y0 + 1 == size.height ? 0 : y0 + 1, x1 = x0 + 1 == size.width ? 0 : x0 + 1;
      auto at = [&](std::int64_t row, std::int64_t column) {
        return static_cast<std::size_t>(row * size.width + column);
      };
      use(i, Taps{{at(y0, x0), at(y0, x1), at(y1, x0), at(y1, x1)},
                  {(1 - fy) * (1 - fx), (1 - fy) * fx, fy * (1 - fx), fy * fx}});
    }
}

}  // namespace

Pose random_pose(const ClassModelOptions& options, const InputSize& size, std::mt19937_64& generator) {
  auto shift = [&](std::int64_t side) {
    const std::int64_t reach = std::lround(options.jitter * static_cast<double>(side));
    return std::uniform_int_distribution<std::int64_t>(-reach, reach)(generator);
  };
  auto within = [&](double reach) {
    return reach > 0 ? std::uniform_real_distribution<double>(-reach, reach)(generator) : 0.0;
  };
  Pose pose;
  pose.shift_x = shift(size.width);
  pose.shift_y = shift(size.height);
  pose.zoom = std::exp(within(std::log(options.zoom)));
  pose.angle = within(options.rotate * std::numbers::pi / 180);
  return pose;
}

void show_posed(const Pose& pose, const InputSize& size, std::span<const float> picture,
                std::span<float> destination) {
  if (pose.is_shift())
    return roll(size, picture, destination, pose.shift_y, pose.shift_x);
  const auto plane = static_cast<std::size_t>(size.height * size.width);
  for_each_pixel(pose, size, [&](std::size_t i, const Taps& taps) {
    for (std::size_t first = 0; first < picture.size(); first += plane) {
      float sum = 0;
      for (std::size_t t = 0; t < taps.at.size(); ++t)
        sum += taps.weight[t] * picture[first + taps.at[t]];
      destination[first + i] = sum;
    }
  });
}

void pull_back_posed(const Pose& pose, const InputSize& size, std::span<const float> shown_gradient,
                     std::span<float> gradient) {
  if (pose.is_shift())
    return roll(size, shown_gradient, gradient, -pose.shift_y, -pose.shift_x);
  const auto plane = static_cast<std::size_t>(size.height * size.width);
  std::fill(gradient.begin(), gradient.end(), 0.0F);
  for_each_pixel(pose, size, [&](std::size_t i, const Taps& taps) {
    for (std::size_t first = 0; first < gradient.size(); first += plane)
      for (std::size_t t = 0; t < taps.at.size(); ++t)
        gradient[first + taps.at[t]] += taps.weight[t] * shown_gradient[first + i];
  });
}

}  // namespace fovea
