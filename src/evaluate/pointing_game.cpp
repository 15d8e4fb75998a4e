#include "fovea/measures.hpp"

#include "base/check.hpp"
#include "segment/check.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

namespace fovea {
namespace {

/// From a point to the rectangle [x0,x1] x [y0,y1].
double distance_to(double x0, double y0, double x1, double y1, const RealPoint& point) {
  return std::hypot(std::max({x0 - point.x, 0.0, point.x - x1}), std::max({y0 - point.y, 0.0, point.y - y1}));
}

bool contains(std::span<const RealBox> boxes, const RealPoint& point) {
  return std::any_of(boxes.begin(), boxes.end(), [&](const RealBox& box) {
    return point.x >= box.x0 && point.x < box.x1 && point.y >= box.y0 && point.y < box.y1;
  });
}

bool contains(const Mask& mask, const RealPoint& point) {
  const double x = std::floor(point.x), y = std::floor(point.y);
  return x >= 0 && y >= 0 && x < static_cast<double>(mask.width) && y < static_cast<double>(mask.height) &&
         mask.at(static_cast<std::int64_t>(x), static_cast<std::int64_t>(y)) != 0;
}

void check_tolerance(double tolerance) {
  FOVEA_CHECK(tolerance >= 0, "a tolerance of {} pixels: expected at least 0", tolerance);
}

/// Sums `value(i)` over all pixels of the map, and over those on the object.
template <class Truth, class Value>
std::pair<double, double> sums(const Truth& truth, const Tensor& map, const Rect& region, Value&& value) {
  const std::int64_t height = map.shape()[0], width = map.shape()[1];
  double inside = 0, all = 0;
  for (std::int64_t y = 0; y < height; ++y)
    for (std::int64_t x = 0; x < width; ++x) {
      const double here = value(static_cast<std::size_t>(y * width + x));
      all += here;
      const RealPoint centre = {static_cast<double>(x) + 0.5, static_cast<double>(y) + 0.5};
      if (here != 0 && contains(truth, to_photo(centre, map, region)))
        inside += here;
    }
  return {inside, all};
}

template <class Truth>
std::optional<double> energy(const Truth& truth, const Tensor& map, const Rect& region) {
  const std::vector<float> values = map_values(map, "the map");
  const auto [inside, all] =
      sums(truth, map, region, [&](std::size_t i) { return std::max(static_cast<double>(values[i]), 0.0); });
  if (!(all > 0))
    return std::nullopt;
  return inside / all;
}

template <class Truth>
double area(const Truth& truth, const Tensor& map, const Rect& region) {
  map_values(map, "the map");
  const auto [inside, all] = sums(truth, map, region, [](std::size_t) { return 1.0; });
  return inside / all;
}

template <class Truth>
std::optional<double> accuracy_of_ranks(const Truth& truth, const Tensor& map, const Rect& region) {
  const std::vector<std::int64_t> order = rank_pixels(map, PixelOrder::MostRelevantFirst);
  const std::int64_t width = map.shape()[1];
  std::vector<bool> on_object;
  for (const std::int64_t pixel : order) {
    const RealPoint centre = {static_cast<double>(pixel % width) + 0.5,
                              static_cast<double>(pixel / width) + 0.5};
    on_object.push_back(contains(truth, to_photo(centre, map, region)));
  }
  const auto size = std::count(on_object.begin(), on_object.end(), true);
  if (size == 0)
    return std::nullopt;
  return static_cast<double>(std::count(on_object.begin(), on_object.begin() + size, true)) /
         static_cast<double>(size);
}

}  // namespace

RealPoint peak_of(const Tensor& map) {
  const std::vector<float> values = map_values(map, "the map");
  const float most = *std::max_element(values.begin(), values.end());
  const auto width = static_cast<std::size_t>(map.shape()[1]);
  RealPoint sum;
  double count = 0;
  for (std::size_t i = 0; i < values.size(); ++i)
    if (values[i] == most) {
      sum.x += static_cast<double>(i % width) + 0.5;
      sum.y += static_cast<double>(i / width) + 0.5;
      ++count;
    }
  return {sum.x / count, sum.y / count};
}

RealPoint to_photo(const RealPoint& point, const Tensor& map, const Rect& region) {
  return {static_cast<double>(region.x) +
              point.x * static_cast<double>(region.width) / static_cast<double>(map.shape()[1]),
          static_cast<double>(region.y) +
              point.y * static_cast<double>(region.height) / static_cast<double>(map.shape()[0])};
}

double distance_to(std::span<const RealBox> boxes, const RealPoint& point) {
  double least = std::numeric_limits<double>::infinity();
  for (const RealBox& box : boxes)
    if (!box.empty())
      least = std::min(least, distance_to(box.x0, box.y0, box.x1, box.y1, point));
  return least;
}

double distance_to(const Mask& mask, const RealPoint& point) {
  check_mask(mask);
  double least = std::numeric_limits<double>::infinity();
  for (std::int64_t y = 0; y < mask.height; ++y)
    for (std::int64_t x = 0; x < mask.width; ++x)
      if (mask.at(x, y)) {
        const auto left = static_cast<double>(x), top = static_cast<double>(y);
        least = std::min(least, distance_to(left, top, left + 1, top + 1, point));
      }
  return least;
}

bool points_into(std::span<const RealBox> boxes, const Tensor& map, const Rect& region, double tolerance) {
  check_tolerance(tolerance);
  return distance_to(boxes, to_photo(peak_of(map), map, region)) <= tolerance;
}

bool points_into(const Mask& mask, const Tensor& map, const Rect& region, double tolerance) {
  check_tolerance(tolerance);
  return distance_to(mask, to_photo(peak_of(map), map, region)) <= tolerance;
}

std::optional<double> energy_inside(std::span<const RealBox> boxes, const Tensor& map, const Rect& region) {
  return energy(boxes, map, region);
}

std::optional<double> energy_inside(const Mask& mask, const Tensor& map, const Rect& region) {
  check_mask(mask);
  return energy(mask, map, region);
}

std::optional<double> rank_accuracy(std::span<const RealBox> boxes, const Tensor& map, const Rect& region) {
  return accuracy_of_ranks(boxes, map, region);
}

std::optional<double> rank_accuracy(const Mask& mask, const Tensor& map, const Rect& region) {
  check_mask(mask);
  return accuracy_of_ranks(mask, map, region);
}

double area_inside(std::span<const RealBox> boxes, const Tensor& map, const Rect& region) {
  return area(boxes, map, region);
}

double area_inside(const Mask& mask, const Tensor& map, const Rect& region) {
  check_mask(mask);
  return area(mask, map, region);
}

}  // namespace fovea
