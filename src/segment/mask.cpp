#include "fovea/segment.hpp"

#include "base/check.hpp"
#include "image/pixels.hpp"
#include "segment/check.hpp"

#include <algorithm>

namespace fovea {
namespace {

/// Fills the part of [x0,x1) x [y0,y1) that lies in the picture.
void fill(Image& image, const Box& box, const Colour& colour) {
  for (std::int64_t y = std::max<std::int64_t>(box.y0, 0); y < std::min(box.y1, image.height); ++y)
    for (std::int64_t x = std::max<std::int64_t>(box.x0, 0); x < std::min(box.x1, image.width); ++x)
      std::copy(colour.begin(), colour.end(), image.at(x, y));
}

/// The mask without the pixels that have a 4-neighbour outside it or lie at the border.
Mask erode(const Mask& mask) {
  Mask inner = Mask::blank(mask.width, mask.height);
  for (std::int64_t y = 1; y + 1 < mask.height; ++y)
    for (std::int64_t x = 1; x + 1 < mask.width; ++x)
      inner.at(x, y) =
          mask.at(x, y) && mask.at(x - 1, y) && mask.at(x + 1, y) && mask.at(x, y - 1) && mask.at(x, y + 1);
  return inner;
}

}  // namespace

Mask Mask::blank(std::int64_t width, std::int64_t height, std::uint8_t value) {
  check_size(width, height);
  return {width, height, std::vector<std::uint8_t>(static_cast<std::size_t>(width * height), value)};
}

std::int64_t Mask::area() const {
  return static_cast<std::int64_t>(
      std::count_if(pixels.begin(), pixels.end(), [](std::uint8_t pixel) { return pixel != 0; }));
}

double intersection_over_union(const Box& a, const Box& b) {
  const Box both{std::max(a.x0, b.x0), std::max(a.y0, b.y0), std::min(a.x1, b.x1), std::min(a.y1, b.y1)};
  const std::int64_t joined = a.area() + b.area() - both.area();
  return joined == 0 ? 0.0 : static_cast<double>(both.area()) / static_cast<double>(joined);
}

double intersection_over_union(const RealBox& a, const RealBox& b) {
  const RealBox both{std::max(a.x0, b.x0), std::max(a.y0, b.y0), std::min(a.x1, b.x1), std::min(a.y1, b.y1)};
  const double common = both.area();
  return common > 0 ? common / (a.area() + b.area() - common) : 0;
}

double intersection_over_union(const Mask& a, const Mask& b) {
  check_mask(a);
  check_mask(b);
  FOVEA_CHECK(a.width == b.width && a.height == b.height,
              "masks of {} x {} and {} x {} pixels do not compare", a.width, a.height, b.width, b.height);
  std::int64_t both = 0;
  std::int64_t joined = 0;
  for (std::size_t i = 0; i < a.pixels.size(); ++i) {
    both += a.pixels[i] && b.pixels[i];
    joined += a.pixels[i] || b.pixels[i];
  }
  return joined == 0 ? 0.0 : static_cast<double>(both) / static_cast<double>(joined);
}

std::string to_json(const Box& box) {
  return fmt::format(R"({{"x0":{},"y0":{},"x1":{},"y1":{}}})", box.x0, box.y0, box.x1, box.y1);
}

std::string box_csv_header() {
  return "x0,y0,x1,y1";
}

std::string to_csv(const Box& box) {
  return fmt::format("{},{},{},{}", box.x0, box.y0, box.x1, box.y1);
}

Image to_image(const Mask& mask) {
  check_mask(mask);
  Image image = Image::blank(mask.width, mask.height, 1, 0);
  std::transform(mask.pixels.begin(), mask.pixels.end(), image.pixels.begin(),
                 [](std::uint8_t pixel) { return static_cast<std::uint8_t>(pixel ? 255 : 0); });
  return image;
}

Mask to_mask(const Image& image) {
  check_image(image);
  const Image grey = to_luma(image);
  Mask mask = Mask::blank(image.width, image.height);
  std::transform(grey.pixels.begin(), grey.pixels.end(), mask.pixels.begin(),
                 [](std::uint8_t pixel) { return static_cast<std::uint8_t>(pixel >= 128 ? 1 : 0); });
  return mask;
}

Image draw_contour(const Image& photo, const Mask& mask, const Colour& colour, std::int64_t thickness) {
  check_mask(mask);
  check_same_size(photo, mask.width, mask.height, "the mask");
  FOVEA_CHECK(thickness >= 1, "a contour of {} pixels: expected at least 1", thickness);
  Image result = to_rgb(photo);
  Mask inner = mask;
  for (std::int64_t i = 0; i < std::min(thickness, std::max(mask.width, mask.height)); ++i)
    inner = erode(inner);
  for (std::int64_t y = 0; y < mask.height; ++y)
    for (std::int64_t x = 0; x < mask.width; ++x)
      if (mask.at(x, y) && !inner.at(x, y))
        fill(result, {x, y, x + 1, y + 1}, colour);
  return result;
}

Image cut_out(const Image& photo, const Mask& mask) {
  check_mask(mask);
  check_same_size(photo, mask.width, mask.height, "the mask");
  Image result = to_rgb(photo);
  for (std::size_t i = 0; i < mask.pixels.size(); ++i)
    if (!mask.pixels[i])
      std::fill_n(&result.pixels[3 * i], 3, static_cast<std::uint8_t>(luma(&result.pixels[3 * i]) * 2 / 5));
  return result;
}

Image draw_box(const Image& photo, const Box& box, const Colour& colour, std::int64_t thickness) {
  check_image(photo);
  FOVEA_CHECK(thickness >= 1, "a frame of {} pixels: expected at least 1", thickness);
  Image result = to_rgb(photo);
  if (box.empty())
    return result;
  const std::int64_t across = std::min(thickness, box.x1 - box.x0);
  const std::int64_t down = std::min(thickness, box.y1 - box.y0);
  fill(result, {box.x0, box.y0, box.x1, box.y0 + down}, colour);
  fill(result, {box.x0, box.y1 - down, box.x1, box.y1}, colour);
  fill(result, {box.x0, box.y0, box.x0 + across, box.y1}, colour);
  fill(result, {box.x1 - across, box.y0, box.x1, box.y1}, colour);
  return result;
}

}  // namespace fovea
