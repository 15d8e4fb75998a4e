#pragma once

#include <cstdint>
#include <span>

namespace fovea {

struct BootstrapOptions {
  std::int64_t resamples = 2000;  ///< at least 1
  double level = 0.95;            ///< of the interval, within 0..1
  std::uint64_t seed = 0;
};

/// A mean over images and how far it might be off for other images of the same kind.
struct MeanInterval {
  double mean = 0, low = 0, high = 0;
  std::int64_t count = 0;  ///< values; with none all three are NaN, with one they are equal
};

/// The mean of the values with its percentile bootstrap interval (efron1979bootstrap): `low` and `high` are
/// quantiles of the means of samples drawn from the values with replacement, as numpy.quantile interpolates
/// them. The same seed gives the same interval everywhere. For the difference of two methods give the
/// differences, image by image. InputError for a value that is not finite and options out of range.
MeanInterval bootstrap_mean(std::span<const double> values, const BootstrapOptions& options = {});

}  // namespace fovea
