#pragma once

#include "fovea/mask.hpp"
#include "fovea/tensor.hpp"

#include <cstdint>
#include <vector>

namespace fovea {

enum class Seed : std::uint8_t { Unknown = 0, Foreground = 1, Background = 2 };

struct Point {
  std::int64_t x = 0, y = 0;
  friend bool operator==(const Point&, const Point&) = default;
};

/// What is known of each pixel before segmentation: pixels[y * width + x].
struct Trimap {
  std::int64_t width = 0;
  std::int64_t height = 0;
  std::vector<Seed> pixels;

  /// InputError when a side is below 1 or the map larger than kMaxImagePixels.
  static Trimap blank(std::int64_t width, std::int64_t height, Seed value = Seed::Unknown);
  Seed& at(std::int64_t x, std::int64_t y) { return pixels[static_cast<std::size_t>(y * width + x)]; }
  Seed at(std::int64_t x, std::int64_t y) const { return pixels[static_cast<std::size_t>(y * width + x)]; }
  std::int64_t count(Seed seed) const;
};

struct SeedOptions {
  double foreground_quantile = 0.95;  ///< pixels above this quantile of the map are foreground
  double background_quantile = 0.30;  ///< pixels below this one are background
};

/// Seeds from a map [H,W] of floats (Simonyan 2013, section 3.2). Quantiles are interpolated between order
/// statistics, as NumPy's are. Where ties leave nothing strictly above (below) the quantile, the pixels equal
/// to it are taken, so both kinds are always there. InputError for another shape or type, values that are not
/// finite, a map whose values are all equal, and unless 0 <= background <= foreground <= 1.
Trimap seeds_from_map(const Tensor& map, const SeedOptions& options = {});

struct StrokeColours {
  Colour foreground = {255, 0, 0};
  Colour background = {0, 0, 255};
  /// Pixels count as a stroke when no channel is further from its colour than this, so that the strokes'
  /// soft or JPEG-compressed insides are found.
  std::int64_t tolerance = 60;
};

/// Seeds from a picture with brush strokes; every other colour is unknown. InputError when a colour is
/// missing, when the two are nearer than twice the tolerance, or when the picture is not width x height.
Trimap seeds_from_strokes(const Image& strokes, std::int64_t width, std::int64_t height,
                          const StrokeColours& colours = {});

/// Seeds as discs of `radius` pixels (0: single pixels) around points. InputError when a point lies outside
/// the picture, no point of either kind is given, or a point would be both.
Trimap seeds_from_points(const std::vector<Point>& foreground, const std::vector<Point>& background,
                         std::int64_t width, std::int64_t height, std::int64_t radius = 3);

/// The trimap as a grey picture: background 0, unknown 128, foreground 255.
Image trimap_image(const Trimap& seeds);
/// The photo in RGB with foreground seeds tinted red and background seeds blue. InputError for other sizes.
Image draw_seeds(const Image& photo, const Trimap& seeds);

struct PeakOptions {
  std::int64_t max_count = 5;      ///< at most so many
  std::int64_t min_distance = 20;  ///< pixels between two of them, at least
  double min_fraction = 0.5;       ///< of the map's range, above its minimum, that a peak must reach
};

/// Local maxima of a map [H,W], highest first, then from the top left: pixels that no 8-neighbour exceeds and
/// that are far enough from every higher peak taken. The map's maximum is always the first. InputError for
/// another shape or type and for values that are not finite.
std::vector<Point> find_peaks(const Tensor& map, const PeakOptions& options = {});

}  // namespace fovea
