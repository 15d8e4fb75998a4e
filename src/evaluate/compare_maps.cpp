#include "evaluate/compare_maps.hpp"

#include "base/check.hpp"
#include "fovea/measures.hpp"
#include "segment/check.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace fovea {
namespace {

constexpr std::int64_t kSmallestSide = 11;  ///< the window of the structural similarity

Rect intersection(const Rect& a, const Rect& b) {
  const std::int64_t left = std::max(a.x, b.x), top = std::max(a.y, b.y);
  const std::int64_t right = std::min(a.x + a.width, b.x + b.width);
  const std::int64_t bottom = std::min(a.y + a.height, b.y + b.height);
  return {left, top, std::max<std::int64_t>(right - left, 0), std::max<std::int64_t>(bottom - top, 0)};
}

/// Cells along one side, as many as the pixels of the coarser map that lie there.
std::int64_t cells(std::int64_t area, std::int64_t pixels_a, std::int64_t extent_a, std::int64_t pixels_b,
                   std::int64_t extent_b) {
  const double density = std::min(static_cast<double>(pixels_a) / static_cast<double>(extent_a),
                                  static_cast<double>(pixels_b) / static_cast<double>(extent_b));
  return std::max<std::int64_t>(std::llround(density * static_cast<double>(area)), 1);
}

/// The pixels of a row or column that a cell covers, each with the covered part of it; the parts sum to 1.
struct Cover {
  std::int64_t first = 0;
  std::vector<double> parts;
};

/// The cover of each of `count` cells that divide `length` of the photo from `begin` on; the map's `pixels`
/// divide `extent` from 0 on.
std::vector<Cover> covers(std::int64_t pixels, std::int64_t extent, std::int64_t begin, std::int64_t length,
                          std::int64_t count) {
  const double scale = static_cast<double>(pixels) / static_cast<double>(extent);
  const double step = scale * static_cast<double>(length) / static_cast<double>(count);
  std::vector<Cover> all;
  for (std::int64_t i = 0; i < count; ++i) {
    const double low = scale * static_cast<double>(begin) + static_cast<double>(i) * step, high = low + step;
    Cover cover{std::clamp(static_cast<std::int64_t>(std::floor(low)), std::int64_t{0}, pixels - 1), {}};
    const std::int64_t end = std::clamp(static_cast<std::int64_t>(std::ceil(high)), cover.first + 1, pixels);
    double sum = 0;
    for (std::int64_t k = cover.first; k < end; ++k) {
      const auto left = static_cast<double>(k);
      cover.parts.push_back(std::max(std::min(high, left + 1) - std::max(low, left), 0.0));
      sum += cover.parts.back();
    }
    for (double& part : cover.parts)
      part = sum > 0 ? part / sum : 1 / static_cast<double>(cover.parts.size());
    all.push_back(std::move(cover));
  }
  return all;
}

bool is_flat(const Tensor& map) {
  const std::vector<float> values = map_values(map, "the map");
  return std::equal(values.begin() + 1, values.end(), values.begin());
}

std::optional<double> correlation_of(const Tensor& a, const Tensor& b) {
  const auto rank = rank_correlation(a, b);
  return rank || is_flat(a) == is_flat(b) ? rank : 0.0;
}

}  // namespace

CommonGrid common_grid(const Tensor& a, const Rect& region_a, const Tensor& b, const Rect& region_b) {
  const Rect area = intersection(region_a, region_b);
  FOVEA_CHECK(area.width > 0 && area.height > 0,
              "the networks see parts of the photo that have no pixel in common: {} x {} at {},{} and {} x "
              "{} at {},{}; --crops whole shows both the whole photo",
              region_a.width, region_a.height, region_a.x, region_a.y, region_b.width, region_b.height,
              region_b.x, region_b.y);
  return {area, cells(area.height, a.shape()[0], region_a.height, b.shape()[0], region_b.height),
          cells(area.width, a.shape()[1], region_a.width, b.shape()[1], region_b.width)};
}

Tensor on_grid(const Tensor& map, const Rect& region, const CommonGrid& grid) {
  const std::int64_t map_height = map.shape()[0], map_width = map.shape()[1];
  if (grid.area == region && grid.height == map_height && grid.width == map_width)
    return map;
  const std::vector<float> in = map_values(map, "the map");
  const std::vector<Cover> columns =
      covers(map_width, region.width, grid.area.x - region.x, grid.area.width, grid.width);
  const std::vector<Cover> rows =
      covers(map_height, region.height, grid.area.y - region.y, grid.area.height, grid.height);
  Tensor result(DType::F32, {grid.height, grid.width});
  auto out = result.data<float>().begin();
  for (const Cover& row : rows)
    for (const Cover& column : columns) {
      double mean = 0;
      for (std::size_t y = 0; y < row.parts.size(); ++y)
        for (std::size_t x = 0; x < column.parts.size(); ++x)
          mean += row.parts[y] * column.parts[x] *
                  static_cast<double>(
                      in[(static_cast<std::size_t>(row.first) + y) * static_cast<std::size_t>(map_width) +
                         static_cast<std::size_t>(column.first) + x]);
      *out++ = static_cast<float>(mean);
    }
  return result;
}

MapAgreement compare_maps(const PlacedMap& a, const PlacedMap& b) {
  MapAgreement agreement;
  agreement.grid = common_grid(a.map.map, a.region, b.map.map, b.region);
  const CommonGrid& grid = agreement.grid;
  const Tensor map_a = on_grid(a.map.map, a.region, grid), map_b = on_grid(b.map.map, b.region, grid);
  agreement.rank = correlation_of(map_a, map_b);
  agreement.signed_rank =
      correlation_of(on_grid(a.map.relevance, a.region, grid), on_grid(b.map.relevance, b.region, grid));
  if (std::min(grid.height, grid.width) >= kSmallestSide)
    agreement.similarity = structural_similarity(map_a, map_b);
  agreement.overlap = top_overlap(map_a, map_b);
  return agreement;
}

}  // namespace fovea
