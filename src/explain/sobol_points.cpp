#include "explain/sobol_points.hpp"

#include "base/check.hpp"
#include "base/random.hpp"

#include <boost/random/sobol.hpp>

namespace fovea {

std::vector<double> sobol_points(std::size_t count, std::size_t dimensions, std::uint64_t seed) {
  FOVEA_ASSERT(dimensions >= 1 && dimensions <= kMostSobolDimensions);
  boost::random::sobol_engine<std::uint64_t, 64> sequence(dimensions);
  Random random(seed);
  std::vector<std::uint64_t> shifts(dimensions);
  for (std::uint64_t& shift : shifts)
    shift = random.bits();
  std::vector<double> points;
  points.reserve(count * dimensions);
  for (std::size_t i = 0; i < count; ++i)  // the first one, 0, is missing in Boost's
    for (const std::uint64_t shift : shifts)
      points.push_back(static_cast<double>(((i == 0 ? 0 : sequence()) ^ shift) >> 11U) * 0x1p-53);
  return points;
}

}  // namespace fovea
