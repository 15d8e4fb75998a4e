#include "fovea/segment.hpp"

#include "base/quantile.hpp"
#include "image/pixels.hpp"
#include "segment/check.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace fovea {
namespace {

bool is_near(const std::uint8_t* pixel, const Colour& colour, std::int64_t tolerance) {
  for (std::size_t c = 0; c < colour.size(); ++c)
    if (std::abs(static_cast<int>(pixel[c]) - static_cast<int>(colour[c])) > tolerance)
      return false;
  return true;
}

std::string name_of(const Colour& colour) {
  return fmt::format("({}, {}, {})", colour[0], colour[1], colour[2]);
}

void add_disc(Trimap& seeds, const Point& centre, std::int64_t radius, Seed kind) {
  FOVEA_CHECK(centre.x >= 0 && centre.y >= 0 && centre.x < seeds.width && centre.y < seeds.height,
              "the point ({}, {}) lies outside the picture of {} x {} pixels", centre.x, centre.y,
              seeds.width, seeds.height);
  const std::int64_t y0 = std::max<std::int64_t>(centre.y - radius, 0);
  const std::int64_t y1 = std::min(centre.y + radius, seeds.height - 1);
  const std::int64_t x0 = std::max<std::int64_t>(centre.x - radius, 0);
  const std::int64_t x1 = std::min(centre.x + radius, seeds.width - 1);
  for (std::int64_t y = y0; y <= y1; ++y)
    for (std::int64_t x = x0; x <= x1; ++x) {
      const std::int64_t dx = x - centre.x;
      const std::int64_t dy = y - centre.y;
      if (dx * dx + dy * dy > radius * radius)
        continue;
      FOVEA_CHECK(seeds.at(x, y) == Seed::Unknown || seeds.at(x, y) == kind,
                  "the pixel ({}, {}) would be both foreground and background", x, y);
      seeds.at(x, y) = kind;
    }
}

/// True when no 8-neighbour of (x, y) is greater.
bool is_maximum(const std::vector<float>& values, std::int64_t width, std::int64_t height, std::int64_t x,
                std::int64_t y) {
  const float value = values[static_cast<std::size_t>(y * width + x)];
  for (std::int64_t qy = std::max<std::int64_t>(y - 1, 0); qy <= std::min(y + 1, height - 1); ++qy)
    for (std::int64_t qx = std::max<std::int64_t>(x - 1, 0); qx <= std::min(x + 1, width - 1); ++qx)
      if (values[static_cast<std::size_t>(qy * width + qx)] > value)
        return false;
  return true;
}

}  // namespace

Trimap Trimap::blank(std::int64_t width, std::int64_t height, Seed value) {
  check_size(width, height);
  return {width, height, std::vector<Seed>(static_cast<std::size_t>(width * height), value)};
}

std::int64_t Trimap::count(Seed seed) const {
  return static_cast<std::int64_t>(std::count(pixels.begin(), pixels.end(), seed));
}

Trimap seeds_from_map(const Tensor& map, const SeedOptions& options) {
  FOVEA_CHECK(
      options.background_quantile >= 0 && options.foreground_quantile <= 1 &&
          options.background_quantile <= options.foreground_quantile,
      "quantiles of {} for background and {} for foreground: expected 0 <= background <= foreground <= 1",
      options.background_quantile, options.foreground_quantile);
  const std::vector<float> values = map_values(map, "the map");
  const auto [lowest, highest] = std::minmax_element(values.begin(), values.end());
  FOVEA_CHECK(*lowest < *highest, "a map without contrast gives no seeds: all its values are {}", *lowest);
  std::vector<float> scratch = values;
  const auto low = static_cast<float>(quantile(std::span(scratch), options.background_quantile));
  const auto high = static_cast<float>(quantile(std::span(scratch), options.foreground_quantile));
  const bool high_is_top = high == *highest;
  const bool low_is_bottom = low == *lowest;
  Trimap seeds = Trimap::blank(map.shape()[1], map.shape()[0]);
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (values[i] > high || (high_is_top && values[i] == high))
      seeds.pixels[i] = Seed::Foreground;
    else if (values[i] < low || (low_is_bottom && values[i] == low))
      seeds.pixels[i] = Seed::Background;
  }
  return seeds;
}

Trimap seeds_from_strokes(const Image& strokes, std::int64_t width, std::int64_t height,
                          const StrokeColours& colours) {
  check_image(strokes);
  check_same_size(strokes, width, height, "the photo");
  FOVEA_CHECK(colours.tolerance >= 0 && colours.tolerance <= 255,
              "a tolerance of {} grey levels: expected 0..255", colours.tolerance);
  FOVEA_CHECK(!is_near(colours.foreground.data(), colours.background, 2 * colours.tolerance),
              "stroke colours {} and {} are nearer to each other than twice the tolerance of {}",
              name_of(colours.foreground), name_of(colours.background), colours.tolerance);
  const Image rgb = to_rgb(strokes);
  Trimap seeds = Trimap::blank(width, height);
  for (std::size_t i = 0; i < seeds.pixels.size(); ++i) {
    const std::uint8_t* pixel = &rgb.pixels[3 * i];
    if (is_near(pixel, colours.foreground, colours.tolerance))
      seeds.pixels[i] = Seed::Foreground;
    else if (is_near(pixel, colours.background, colours.tolerance))
      seeds.pixels[i] = Seed::Background;
  }
  FOVEA_CHECK(seeds.count(Seed::Foreground) > 0, "the strokes have no pixel of the foreground's colour {}",
              name_of(colours.foreground));
  FOVEA_CHECK(seeds.count(Seed::Background) > 0, "the strokes have no pixel of the background's colour {}",
              name_of(colours.background));
  return seeds;
}

Trimap seeds_from_points(const std::vector<Point>& foreground, const std::vector<Point>& background,
                         std::int64_t width, std::int64_t height, std::int64_t radius) {
  Trimap seeds = Trimap::blank(width, height);
  FOVEA_CHECK(radius >= 0 && radius <= width + height, "a radius of {} pixels: expected 0..{}", radius,
              width + height);
  FOVEA_CHECK(!foreground.empty(), "no foreground point is given");
  FOVEA_CHECK(!background.empty(), "no background point is given");
  for (const Point& point : foreground)
    add_disc(seeds, point, radius, Seed::Foreground);
  for (const Point& point : background)
    add_disc(seeds, point, radius, Seed::Background);
  return seeds;
}

Image to_image(const Trimap& seeds) {
  check_trimap(seeds);
  Image image = Image::blank(seeds.width, seeds.height, 1, 128);
  for (std::size_t i = 0; i < seeds.pixels.size(); ++i)
    if (seeds.pixels[i] != Seed::Unknown)
      image.pixels[i] = seeds.pixels[i] == Seed::Foreground ? 255 : 0;
  return image;
}

Image draw_seeds(const Image& photo, const Trimap& seeds) {
  check_trimap(seeds);
  check_same_size(photo, seeds.width, seeds.height, "the trimap");
  constexpr Colour red = {230, 30, 30};
  constexpr Colour blue = {30, 60, 230};
  Image image = to_rgb(photo);
  for (std::size_t i = 0; i < seeds.pixels.size(); ++i) {
    if (seeds.pixels[i] == Seed::Unknown)
      continue;
    const Colour& tint = seeds.pixels[i] == Seed::Foreground ? red : blue;
    for (std::size_t c = 0; c < 3; ++c)
      image.pixels[3 * i + c] = static_cast<std::uint8_t>((image.pixels[3 * i + c] + tint[c]) / 2);
  }
  return image;
}

std::vector<Point> find_peaks(const Tensor& map, const PeakOptions& options) {
  FOVEA_CHECK(options.max_count >= 1, "at most {} peaks: expected at least 1", options.max_count);
  FOVEA_CHECK(options.min_distance >= 0, "peaks {} pixels apart: expected at least 0", options.min_distance);
  FOVEA_CHECK(options.min_fraction >= 0 && options.min_fraction <= 1,
              "peaks of {} of the map's range: expected 0..1", options.min_fraction);
  const std::vector<float> values = map_values(map, "the map");
  const std::int64_t height = map.shape()[0];
  const std::int64_t width = map.shape()[1];
  const auto [lowest, highest] = std::minmax_element(values.begin(), values.end());
  const double floor = *lowest + options.min_fraction * (static_cast<double>(*highest) - *lowest);
  std::vector<Point> candidates;
  for (std::int64_t y = 0; y < height; ++y)
    for (std::int64_t x = 0; x < width; ++x)
      if (values[static_cast<std::size_t>(y * width + x)] >= floor && is_maximum(values, width, height, x, y))
        candidates.push_back({x, y});
  std::stable_sort(candidates.begin(), candidates.end(), [&](const Point& a, const Point& b) {
    return values[static_cast<std::size_t>(a.y * width + a.x)] >
           values[static_cast<std::size_t>(b.y * width + b.x)];
  });
  std::vector<Point> peaks;
  const double apart = static_cast<double>(options.min_distance);
  for (const Point& p : candidates) {
    if (static_cast<std::int64_t>(peaks.size()) == options.max_count)
      break;
    if (std::all_of(peaks.begin(), peaks.end(), [&](const Point& q) {
          return std::hypot(static_cast<double>(p.x - q.x), static_cast<double>(p.y - q.y)) >= apart;
        }))
      peaks.push_back(p);
  }
  return peaks;
}

}  // namespace fovea
