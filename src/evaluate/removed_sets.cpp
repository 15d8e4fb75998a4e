#include "evaluate/removed_sets.hpp"

#include "base/check.hpp"
#include "base/random.hpp"
#include "evaluate/curves.hpp"
#include "segment/check.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace fovea {

std::vector<PixelSet> random_sets(std::size_t pixels, std::size_t n, std::int64_t subsets,
                                  std::uint64_t seed) {
  FOVEA_CHECK(subsets >= 2, "{} random sets of pixels: expected at least 2", subsets);
  FOVEA_CHECK(n >= 1 && n <= pixels, "sets of {} pixels: expected 1 to {}", n, pixels);
  PixelSet all(pixels);
  std::iota(all.begin(), all.end(), std::uint32_t{0});
  Random random(seed);
  std::vector<PixelSet> sets;
  for (std::int64_t i = 0; i < subsets; ++i) {
    random.draw_to_front(all, n);
    sets.emplace_back(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(n));
  }
  return sets;
}

std::vector<PixelSet> random_cells(std::int64_t height, std::int64_t width,
                                   const MuFidelityOptions& options) {
  const std::int64_t cells = options.cells;
  FOVEA_CHECK(cells >= 1 && cells <= std::min(height, width),
              "a grid of {} cells a side on a picture of {}x{}: expected 1 to {}", cells, width, height,
              std::min(height, width));
  FOVEA_CHECK(options.share > 0 && options.share < 1,
              "sets of a share of {} of the cells: expected a share within 0..1", options.share);
  const auto count = static_cast<std::size_t>(cells * cells);
  const auto n = std::max<std::size_t>(
      1, static_cast<std::size_t>(std::llround(options.share * static_cast<double>(count))));
  std::vector<PixelSet> members(count);
  for (std::int64_t y = 0; y < height; ++y)
    for (std::int64_t x = 0; x < width; ++x)
      members[static_cast<std::size_t>(y * cells / height * cells + x * cells / width)].push_back(
          static_cast<std::uint32_t>(y * width + x));
  std::vector<PixelSet> sets;
  for (const PixelSet& chosen : random_sets(count, n, options.subsets, options.seed)) {
    sets.emplace_back();
    for (const std::uint32_t cell : chosen)
      sets.back().insert(sets.back().end(), members[cell].begin(), members[cell].end());
  }
  return sets;
}

std::vector<PixelSet> random_squares(std::int64_t height, std::int64_t width,
                                     const InfidelityOptions& options) {
  FOVEA_CHECK(options.samples >= 1, "{} changes of the picture: expected at least 1", options.samples);
  FOVEA_CHECK(options.largest > 0 && options.largest <= 1,
              "squares of up to {} of the picture's side: expected above 0, at most 1", options.largest);
  const auto most =
      std::max<std::int64_t>(1, std::llround(options.largest * static_cast<double>(std::min(height, width))));
  Random random(options.seed);
  const auto below = [&](std::int64_t count) {
    return static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(count)));
  };
  std::vector<PixelSet> sets;
  for (std::int64_t i = 0; i < options.samples; ++i) {
    const std::int64_t side = 1 + below(most);
    const std::int64_t top = below(height - side + 1), left = below(width - side + 1);
    sets.emplace_back();
    for (std::int64_t y = top; y < top + side; ++y)
      for (std::int64_t x = left; x < left + side; ++x)
        sets.back().push_back(static_cast<std::uint32_t>(y * width + x));
  }
  return sets;
}

AskedSets::AskedSets(const Tensor& picture, const Tensor& baseline, std::vector<PixelSet> sets,
                     PictureBatch& batch)
    : sets_(std::move(sets)) {
  check_picture(picture);
  check_baseline(picture, baseline);
  const auto pixels = static_cast<std::size_t>(picture.shape()[1] * picture.shape()[2]);
  Tensor changed = picture.clone();
  for (const PixelSet& set : sets_) {
    for (const std::uint32_t pixel : set)
      copy_pixel(baseline.data<float>(), changed.data<float>(), pixel, pixels);
    places_.push_back(batch.add(changed.data<float>()));
    for (const std::uint32_t pixel : set)
      copy_pixel(picture.data<float>(), changed.data<float>(), pixel, pixels);
  }
}

std::vector<double> AskedSets::falls(double first, const std::vector<double>& scores) const {
  std::vector<double> falls;
  for (const std::size_t place : places_)
    falls.push_back(first - scores[place]);
  return falls;
}

std::vector<double> AskedSets::sums(const Tensor& map) const {
  const std::vector<float> values = map_values(map, "the map");
  std::vector<double> sums;
  for (const PixelSet& set : sets_) {
    double sum = 0;
    for (const std::uint32_t pixel : set)
      sum += static_cast<double>(values[pixel]);
    sums.push_back(sum);
  }
  return sums;
}

double squared_misfit(std::span<const double> expected, std::span<const double> found, bool scaled) {
  FOVEA_ASSERT(expected.size() == found.size() && !expected.empty());
  double factor = 1;
  if (scaled) {
    double common = 0, square = 0;
    for (std::size_t i = 0; i < expected.size(); ++i) {
      common += expected[i] * found[i];
      square += expected[i] * expected[i];
    }
    factor = square > 0 ? common / square : 0;
  }
  double sum = 0;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const double difference = factor * expected[i] - found[i];
    sum += difference * difference;
  }
  return sum / static_cast<double>(expected.size());
}

}  // namespace fovea
