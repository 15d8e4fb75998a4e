#include "fovea/measures.hpp"

#include "base/check.hpp"
#include "base/random.hpp"
#include "image/pixels.hpp"

#include <cmath>

namespace fovea {

Tensor random_map(std::int64_t height, std::int64_t width, std::uint64_t seed) {
  check_size(width, height);
  Tensor map(DType::F32, {height, width});
  Random random(seed);
  // 24 bits: what a float below 1 holds without being rounded up to 1.
  for (float& value : map.data<float>())
    value = static_cast<float>(random.bits() >> 40) * 0x1p-24F;
  return map;
}

Tensor centre_prior(std::int64_t height, std::int64_t width, double deviation) {
  check_size(width, height);
  FOVEA_CHECK(deviation > 0 && std::isfinite(deviation),
              "a centre prior with a standard deviation of {} of the side: expected more than 0", deviation);
  Tensor map(DType::F32, {height, width});
  const auto values = map.data<float>();
  const auto from_middle = [&](std::int64_t i, std::int64_t side) {
    return ((static_cast<double>(i) + 0.5) / static_cast<double>(side) - 0.5) / deviation;
  };
  for (std::int64_t y = 0; y < height; ++y)
    for (std::int64_t x = 0; x < width; ++x) {
      const double down = from_middle(y, height), across = from_middle(x, width);
      values[static_cast<std::size_t>(y * width + x)] =
          static_cast<float>(std::exp(-(down * down + across * across) / 2));
    }
  return map;
}

}  // namespace fovea
