#include "explain/class_regions.hpp"

#include "base/check.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <filesystem>

namespace fovea {
namespace {

/// The number of pixels of a region to the left of x and above y, in continuous coordinates.
class Integral {
public:
  explicit Integral(const Mask& mask)
      : width_(static_cast<std::size_t>(mask.width)), height_(static_cast<std::size_t>(mask.height)),
        sums_((width_ + 1) * (height_ + 1)) {
    for (std::size_t y = 0; y < height_; ++y)
      for (std::size_t x = 0; x < width_; ++x)
        at(x + 1, y + 1) = at(x, y + 1) + at(x + 1, y) - at(x, y) + mask.pixels[y * width_ + x];
  }
  double operator()(double x, double y) const {
    x = std::clamp(x, 0.0, static_cast<double>(width_));
    y = std::clamp(y, 0.0, static_cast<double>(height_));
    const std::size_t x0 = std::min(static_cast<std::size_t>(x), width_ - 1),
                      y0 = std::min(static_cast<std::size_t>(y), height_ - 1);
    const double right = x - static_cast<double>(x0), down = y - static_cast<double>(y0);
    const auto across = [&](std::size_t row) { return (1 - right) * at(x0, row) + right * at(x0 + 1, row); };
    return (1 - down) * across(y0) + down * across(y0 + 1);
  }

private:
  double& at(std::size_t x, std::size_t y) { return sums_[y * (width_ + 1) + x]; }
  double at(std::size_t x, std::size_t y) const { return sums_[y * (width_ + 1) + x]; }
  std::size_t width_, height_;
  std::vector<double> sums_;
};

/// The region as a mask of the photo's size.
Mask mask_in_photo(const ScoreRegion& region, const Framing& framing) {
  const std::int64_t width = framing.photo_width, height = framing.photo_height;
  if (region.mask) {
    FOVEA_CHECK(region.mask->width == width && region.mask->height == height,
                "the region's mask has {}x{} pixels, but the photo {}x{}: they must have one size",
                region.mask->width, region.mask->height, width, height);
    FOVEA_CHECK(region.mask->area() > 0, "the region's mask is empty: its bright pixels are the region");
    return *region.mask;
  }
  const Box& box = *region.box;
  FOVEA_CHECK(!box.empty() && box.x0 >= 0 && box.y0 >= 0 && box.x1 <= width && box.y1 <= height,
              "the region {},{},{},{} is no part of the photo, which has {}x{} pixels: expected X0,Y0,X1,Y1 "
              "with 0 <= X0 < X1 <= {} and 0 <= Y0 < Y1 <= {}",
              box.x0, box.y0, box.x1, box.y1, width, height, width, height);
  Mask mask = Mask::blank(width, height);
  for (std::int64_t y = box.y0; y < box.y1; ++y)
    std::fill_n(&mask.at(box.x0, y), box.x1 - box.x0, std::uint8_t{1});
  return mask;
}

std::optional<Box> parse_box(const std::string& text) {
  std::array<std::int64_t, 4> numbers{};
  const char* at = text.data();
  const char* const end = at + text.size();
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const auto [next, error] = std::from_chars(at, end, numbers[i]);
    const bool is_last = i + 1 == numbers.size();
    if (error != std::errc() || (is_last ? next != end : next == end || *next != ','))
      return {};
    at = next + 1;
  }
  return Box{numbers[0], numbers[1], numbers[2], numbers[3]};
}

}  // namespace

ScoreRegion read_score_region(const std::string& text) {
  if (text == "own")
    return {};
  if (std::optional<Box> box = parse_box(text))
    return {box, {}};
  const bool has_numbers = !text.empty() && text.find_first_not_of("0123456789,.- ") == std::string::npos;
  std::error_code error;
  FOVEA_CHECK(!text.empty() && !has_numbers && std::filesystem::exists(text, error),
              "the region '{}' is not 'own', X0,Y0,X1,Y1 in the photo's whole pixels, or a mask's file",
              text);
  return {{}, to_mask(read_image(text))};
}

OwnMasks::OwnMasks(std::span<const float> scores, std::int64_t classes, bool are_exclusive)
    : positions_(scores.size() / static_cast<std::size_t>(classes)) {
  if (!are_exclusive) {
    above_.resize(scores.size());
    std::transform(scores.begin(), scores.end(), above_.begin(),
                   [](float score) { return static_cast<std::uint8_t>(score > 0); });
    return;
  }
  best_.assign(positions_, 0);
  for (std::size_t position = 0; position < positions_; ++position)
    for (std::size_t k = 1; k < static_cast<std::size_t>(classes); ++k)
      if (scores[k * positions_ + position] >
          scores[static_cast<std::size_t>(best_[position]) * positions_ + position])
        best_[position] = static_cast<std::int32_t>(k);
}

bool OwnMasks::has(std::int64_t class_index, std::size_t position) const {
  return best_.empty() ? above_[static_cast<std::size_t>(class_index) * positions_ + position] != 0
                       : best_[position] == class_index;
}

std::vector<float> OwnMasks::of(std::int64_t class_index) const {
  std::vector<float> mask(positions_);
  for (std::size_t position = 0; position < positions_; ++position)
    mask[position] = has(class_index, position) ? 1.0F : 0.0F;
  return mask;
}

RegionSums region_sums(std::span<const float> scores, std::int64_t classes, const OwnMasks& masks,
                       std::span<const float> weights) {
  const std::size_t positions = masks.positions();
  RegionSums sums{std::vector<double>(static_cast<std::size_t>(classes)),
                  std::vector<double>(static_cast<std::size_t>(classes))};
  for (std::size_t position = 0; position < positions; ++position)
    sums.all += weights.empty() ? 1.0 : static_cast<double>(weights[position]);
  for (std::int64_t k = 0; k < classes; ++k) {
    const auto row = scores.subspan(static_cast<std::size_t>(k) * positions, positions);
    double& sum = sums.scores[static_cast<std::size_t>(k)];
    double& area = sums.areas[static_cast<std::size_t>(k)];
    for (std::size_t position = 0; position < positions; ++position) {
      FOVEA_CHECK(std::isfinite(row[position]), "the model's score of class {} is {} at some position", k,
                  row[position]);
      const bool is_own = masks.has(k, position);
      const double weight = weights.empty() ? (is_own ? 1.0 : 0.0) : static_cast<double>(weights[position]);
      sum += weight * static_cast<double>(row[position]);
      area += is_own ? weight : 0;
    }
  }
  return sums;
}

std::vector<float> region_weights(const ScoreRegion& region, const Framing& framing, std::int64_t height,
                                  std::int64_t width) {
  if (region.is_own())
    return {};
  FOVEA_CHECK(framing.crops.size() == 1,
              "a region of the photo goes with one view of it, as crops '1' and 'whole' give");
  const Integral integral(mask_in_photo(region, framing));
  const double cell_width = static_cast<double>(framing.size.width) / static_cast<double>(width);
  const double cell_height = static_cast<double>(framing.size.height) / static_cast<double>(height);
  std::vector<float> weights;
  weights.reserve(static_cast<std::size_t>(height * width));
  for (std::int64_t row = 0; row < height; ++row)
    for (std::int64_t column = 0; column < width; ++column) {
      const double x = static_cast<double>(column) * cell_width, y = static_cast<double>(row) * cell_height;
      const RealBox cell = framing.input_in_photo({x, y, x + cell_width, y + cell_height});
      const double inside = integral(cell.x1, cell.y1) - integral(cell.x0, cell.y1) -
                            integral(cell.x1, cell.y0) + integral(cell.x0, cell.y0);
      weights.push_back(static_cast<float>(std::clamp(inside / cell.area(), 0.0, 1.0)));
    }
  const Rect seen = framing.in_photo(framing.crops.front().rect);
  FOVEA_CHECK(
      std::any_of(weights.begin(), weights.end(), [](float weight) { return weight > 1e-6F; }),
      "the region lies outside the part of the photo that the network sees, x {} to {} and y {} to {}: "
      "crops 'whole' shows it all",
      seen.x, seen.x + seen.width, seen.y, seen.y + seen.height);
  return weights;
}

}  // namespace fovea
