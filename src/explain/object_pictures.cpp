#include "fovea/localize.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace fovea {
namespace {

constexpr Colour kOutline = {255, 40, 40};
constexpr Colour kFrame = {255, 220, 0};

}  // namespace

double area_share(const Localization& object) {
  return static_cast<double>(object.mask.area()) /
         static_cast<double>(std::max<std::size_t>(object.mask.pixels.size(), 1));
}

Image draw_object(const Image& photo, const Localization& object, std::span<const Box> boxes) {
  const std::int64_t thickness = std::max<std::int64_t>(std::min(photo.width, photo.height) / 130, 2);
  Image picture = draw_contour(photo, object.mask, kOutline, thickness);
  for (const Box& box : boxes)
    picture = draw_box(picture, box, kFrame, thickness);
  return picture;
}

std::string describe(std::span<const Box> boxes) {
  std::vector<std::string> texts;
  for (const Box& box : boxes)
    texts.push_back(fmt::format("{},{} to {},{}", box.x0, box.y0, box.x1, box.y1));
  return boxes.empty() ? "no object" : fmt::format("{}", fmt::join(texts, "; "));
}

}  // namespace fovea
