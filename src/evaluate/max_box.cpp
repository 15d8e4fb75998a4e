#include "base/check.hpp"
#include "fovea/evaluate_localization.hpp"
#include "segment/check.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace fovea {
namespace {

/// Connected regions of a growing set of pixels, and how many of their boxes overlap a true one enough.
class GrowingRegions {
public:
  enum class Kind { Foreground, Holes };

  /// Regions of the foreground are connected by corners, too. Holes are regions of the background that do not
  /// touch the border, connected by edges; their contours lie on the foreground around them, so that their
  /// boxes are larger by a pixel on each side.
  GrowingRegions(std::int64_t height, std::int64_t width, std::span<const RealBox> truth, Kind kind)
      : height_(height), width_(width), truth_(truth), kind_(kind),
        parents_(static_cast<std::size_t>(height * width), -1),
        regions_(static_cast<std::size_t>(height * width)) {}

  void add(std::size_t pixel) {
    const auto y = static_cast<std::int64_t>(pixel) / width_, x = static_cast<std::int64_t>(pixel) % width_;
    parents_[pixel] = static_cast<std::int64_t>(pixel);
    regions_[pixel] = {{x, y, x + 1, y + 1}, {}};
    judge(regions_[pixel]);
    for (std::int64_t v = y - 1; v <= y + 1; ++v)
      for (std::int64_t u = x - 1; u <= x + 1; ++u) {
        const bool is_beside = v == y || u == x || kind_ == Kind::Foreground;
        if (!is_beside || v < 0 || v >= height_ || u < 0 || u >= width_)
          continue;
        const auto other = static_cast<std::size_t>(v * width_ + u);
        if (parents_[other] >= 0)
          join(root_of(pixel), root_of(other));
      }
  }

  bool hits(std::size_t overlap) const { return counts_[overlap] > 0; }

private:
  struct Region {
    Box box;
    std::array<bool, kKnownClassOverlaps.size()> hits;
  };

  std::size_t root_of(std::size_t pixel) {
    while (static_cast<std::size_t>(parents_[pixel]) != pixel) {
      parents_[pixel] = parents_[static_cast<std::size_t>(parents_[pixel])];
      pixel = static_cast<std::size_t>(parents_[pixel]);
    }
    return pixel;
  }

  void join(std::size_t a, std::size_t b) {
    if (a == b)
      return;
    Region &kept = regions_[a], &gone = regions_[b];
    parents_[b] = static_cast<std::int64_t>(a);
    forget(kept);
    forget(gone);
    kept.box = {std::min(kept.box.x0, gone.box.x0), std::min(kept.box.y0, gone.box.y0),
                std::max(kept.box.x1, gone.box.x1), std::max(kept.box.y1, gone.box.y1)};
    judge(kept);
  }

  void judge(Region& region) {
    RealBox box = to_real(region.box);
    if (kind_ == Kind::Holes) {
      if (region.box.x0 == 0 || region.box.y0 == 0 || region.box.x1 == width_ || region.box.y1 == height_) {
        region.hits = {};
        return;
      }
      box = {box.x0 - 1, box.y0 - 1, box.x1 + 1, box.y1 + 1};
    }
    const double overlap = best_overlap(box, truth_);
    for (std::size_t i = 0; i < counts_.size(); ++i) {
      region.hits[i] = overlap >= kKnownClassOverlaps[i];
      counts_[i] += region.hits[i] ? 1 : 0;
    }
  }

  void forget(const Region& region) {
    for (std::size_t i = 0; i < counts_.size(); ++i)
      counts_[i] -= region.hits[i] ? 1 : 0;
  }

  std::int64_t height_, width_;
  std::span<const RealBox> truth_;
  Kind kind_;
  std::vector<std::int64_t> parents_;  ///< -1: not added yet
  std::vector<Region> regions_;        ///< of roots
  std::array<std::int64_t, kKnownClassOverlaps.size()> counts_ = {};
};

/// 0..255, as the map's minimum and maximum.
std::vector<std::size_t> grey_levels(const Tensor& map) {
  const std::vector<float> values = map_values(map, "the map");
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  const double offset = static_cast<double>(*low), range = static_cast<double>(*high) - offset;
  FOVEA_CHECK(range > 0, "the map has no contrast");
  std::vector<std::size_t> levels;
  for (const float value : values)
    levels.push_back(static_cast<std::size_t>(255 * ((static_cast<double>(value) - offset) / range)));
  return levels;
}

}  // namespace

LevelHits box_hits(const Tensor& map, const Rect& region, std::span<const RealBox> truth) {
  const std::vector<std::size_t> levels = grey_levels(map);
  const std::int64_t height = map.shape()[0], width = map.shape()[1];
  const double across = static_cast<double>(width) / static_cast<double>(region.width);
  const double down = static_cast<double>(height) / static_cast<double>(region.height);
  std::vector<RealBox> on_map;
  for (const RealBox& box : truth)
    on_map.push_back(
        {(box.x0 - static_cast<double>(region.x)) * across, (box.y0 - static_cast<double>(region.y)) * down,
         (box.x1 - static_cast<double>(region.x)) * across, (box.y1 - static_cast<double>(region.y)) * down});
  std::vector<std::vector<std::size_t>> pixels(256);
  for (std::size_t i = 0; i < levels.size(); ++i)
    pixels[levels[i]].push_back(i);
  LevelHits hits;
  GrowingRegions foreground(height, width, on_map, GrowingRegions::Kind::Foreground);
  for (std::size_t level = kBoxLevels; level-- > 0;) {
    for (const std::size_t pixel : pixels[level + 1])
      foreground.add(pixel);
    for (std::size_t i = 0; i < hits.size(); ++i)
      hits[i][level] = foreground.hits(i);
  }
  GrowingRegions holes(height, width, on_map, GrowingRegions::Kind::Holes);
  for (std::size_t level = 0; level < kBoxLevels; ++level) {
    for (const std::size_t pixel : pixels[level])
      holes.add(pixel);
    for (std::size_t i = 0; i < hits.size(); ++i)
      hits[i][level] = hits[i][level] || holes.hits(i);
  }
  return hits;
}

MaxBoxAccuracy max_box_accuracy(std::span<const ImageResult> images) {
  MaxBoxAccuracy best;
  for (std::size_t i = 0; i < best.accuracies.size(); ++i)
    for (std::size_t level = 0; level < kBoxLevels; ++level) {
      Rate rate;
      rate.of = static_cast<std::int64_t>(images.size());
      rate.count = std::count_if(images.begin(), images.end(), [&](const ImageResult& image) {
        return !image.failed() && image.level_hits && (*image.level_hits)[i][level];
      });
      if (level == 0 || rate.count > best.accuracies[i].count) {
        best.accuracies[i] = rate;
        best.thresholds[i] = static_cast<double>(level) / 255;
      }
    }
  return best;
}

double MaxBoxAccuracy::mean() const {
  double sum = 0;
  for (const Rate& rate : accuracies)
    sum += rate.share();
  return sum / static_cast<double>(accuracies.size());
}

}  // namespace fovea
