#include "base/check.hpp"
#include "fovea/evaluate_localization.hpp"
#include "fovea/image.hpp"

#include <utility>

namespace fovea {

RealBox turn_upright(const RealBox& box, std::int64_t width, std::int64_t height, int orientation) {
  FOVEA_CHECK(orientation >= 1 && orientation <= 8, "an EXIF orientation is 1 to 8, found {}", orientation);
  const auto w = static_cast<double>(width), h = static_cast<double>(height);
  RealBox turned = box;
  if (orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8) {
    turned.x0 = w - box.x1;
    turned.x1 = w - box.x0;
  }
  if (orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7) {
    turned.y0 = h - box.y1;
    turned.y1 = h - box.y0;
  }
  if (orientation >= 5) {
    std::swap(turned.x0, turned.y0);
    std::swap(turned.x1, turned.y1);
  }
  return turned;
}

bool turn_upright(AnnotatedImage& image, const std::string& path, std::int64_t width, std::int64_t height,
                  const std::function<int()>& orientation_of) {
  const auto fits = [&](std::int64_t x, std::int64_t y) {
    return (image.width == 0 || image.width == x) && (image.height == 0 || image.height == y);
  };
  if (fits(width, height))
    return false;
  const int orientation = !fits(height, width) ? 1
                          : orientation_of     ? orientation_of()
                                               : read_orientation(path);
  if (orientation < 5)
    throw InputError(fmt::format("has {} x {} pixels, but its true boxes were drawn on {} x {}", width,
                                 height, image.width, image.height),
                     path);
  for (RealBox& box : image.boxes)
    box = turn_upright(box, height, width, orientation);
  image.width = width;
  image.height = height;
  return true;
}

}  // namespace fovea
