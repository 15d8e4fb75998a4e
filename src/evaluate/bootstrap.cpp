#include "fovea/measures.hpp"

#include "base/check.hpp"
#include "base/quantile.hpp"
#include "base/random.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace fovea {
namespace {

double mean_of(std::span<const double> values) {
  double sum = 0;
  for (const double value : values)
    sum += value;
  return sum / static_cast<double>(values.size());
}

}  // namespace

MeanInterval bootstrap_mean(std::span<const double> values, const BootstrapOptions& options) {
  FOVEA_CHECK(options.resamples >= 1, "{} bootstrap samples: expected at least 1", options.resamples);
  FOVEA_CHECK(options.level > 0 && options.level < 1, "a bootstrap interval of level {}: expected 0 to 1",
              options.level);
  FOVEA_CHECK(std::all_of(values.begin(), values.end(), [](double value) { return std::isfinite(value); }),
              "a bootstrap interval of values that are not all finite");
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  if (values.empty())
    return {nan, nan, nan, 0};
  Random random(options.seed);
  std::vector<double> sample(values.size()), means;
  means.reserve(static_cast<std::size_t>(options.resamples));
  for (std::int64_t i = 0; i < options.resamples; ++i) {
    for (double& drawn : sample)
      drawn = values[static_cast<std::size_t>(random.below(values.size()))];
    means.push_back(mean_of(sample));
  }
  const double tail = (1 - options.level) / 2;
  return {mean_of(values), quantile(std::span(means), tail), quantile(std::span(means), 1 - tail),
          static_cast<std::int64_t>(values.size())};
}

}  // namespace fovea
