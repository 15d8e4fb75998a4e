#include "segment/check.hpp"

#include "base/dispatch.hpp"
#include "image/pixels.hpp"

#include <algorithm>
#include <cmath>

namespace fovea {

void check_mask(const Mask& mask) {
  check_size(mask.width, mask.height);
  FOVEA_CHECK(mask.pixels.size() == static_cast<std::size_t>(mask.width * mask.height),
              "a mask of {} x {} pixels with {} values", mask.width, mask.height, mask.pixels.size());
}

void check_trimap(const Trimap& seeds) {
  check_size(seeds.width, seeds.height);
  FOVEA_CHECK(seeds.pixels.size() == static_cast<std::size_t>(seeds.width * seeds.height),
              "a trimap of {} x {} pixels with {} values", seeds.width, seeds.height, seeds.pixels.size());
}

void check_same_size(const Image& photo, std::int64_t width, std::int64_t height, const char* what) {
  check_image(photo);
  FOVEA_CHECK(photo.width == width && photo.height == height,
              "the picture has {} x {} pixels, {} {} x {}: expected one size", photo.width, photo.height,
              what, width, height);
}

std::vector<float> map_values(const Tensor& map, const char* what) {
  FOVEA_CHECK(!map.empty() && map.shape().rank() == 2 && map.elements() > 0,
              "{}: expected an array [height, width], found {}", what,
              map.empty() ? "nothing" : to_string(map.shape()));
  check_size(map.shape()[1], map.shape()[0]);
  std::vector<float> values;
  values.reserve(static_cast<std::size_t>(map.elements()));
  dispatch_floating(map.dtype(), [&](auto type) {
    for (const auto value : map.data<decltype(type)>()) {
      const auto narrow = static_cast<float>(value);
      FOVEA_CHECK(std::isfinite(narrow), "{} has a value that is not finite: {}", what, value);
      values.push_back(narrow);
    }
  });
  return values;
}

}  // namespace fovea
