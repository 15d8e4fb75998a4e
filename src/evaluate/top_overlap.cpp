#include "base/check.hpp"
#include "fovea/measures.hpp"
#include "segment/check.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <vector>

namespace fovea {
namespace {

/// How far each pixel belongs to the `count` largest values: 0..1, with the sum `count`.
std::vector<double> memberships(const std::vector<float>& values, double count) {
  std::vector<float> sorted = values;
  const auto limit_place = sorted.begin() + std::max<std::ptrdiff_t>(std::llround(std::ceil(count)), 1) - 1;
  std::nth_element(sorted.begin(), limit_place, sorted.end(), std::greater<>());
  const float limit = *limit_place;
  const auto above =
      std::count_if(values.begin(), values.end(), [limit](float value) { return value > limit; });
  const auto equal = std::count(values.begin(), values.end(), limit);
  const double part = (count - static_cast<double>(above)) / static_cast<double>(equal);
  std::vector<double> result;
  for (const float value : values)
    result.push_back(value > limit ? 1.0 : value == limit ? part : 0.0);
  return result;
}

}  // namespace

double top_overlap(const Tensor& a, const Tensor& b, double share) {
  FOVEA_CHECK(share > 0 && share <= 1, "the strongest {} of all pixels: expected a share above 0, at most 1",
              share);
  FOVEA_CHECK(a.shape() == b.shape(), "maps of {} and {} values cannot be compared", to_string(a.shape()),
              to_string(b.shape()));
  const double count = share * static_cast<double>(a.elements());
  const std::vector<double> in_a = memberships(map_values(a, "the map"), count),
                            in_b = memberships(map_values(b, "the map"), count);
  double common = 0;
  for (std::size_t i = 0; i < in_a.size(); ++i)
    common += std::min(in_a[i], in_b[i]);
  return std::min(common / count, 1.0);
}

}  // namespace fovea
