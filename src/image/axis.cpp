#include "image/axis.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace fovea {
namespace {

int intervals_between(double low, double high, double step, double& first) {
  // A value that rounding put just beyond a tick needs no further one.
  constexpr double slack = 1e-9;
  first = std::floor(low / step + slack) * step;
  return std::max(1, static_cast<int>(std::ceil((high - first) / step - slack)));
}

}  // namespace

double Axis::tick(int i) const {
  const double value = first + step * i;
  return std::abs(value) < step / 1000 ? 0 : value;
}

std::string Axis::label(int i) const {
  const double largest = std::max(std::abs(first), std::abs(last()));
  if (largest >= 1e6 || step < 1e-4)
    return fmt::format("{:.3g}", tick(i));
  const int decimals = std::max(0, static_cast<int>(std::ceil(-std::log10(step) - 1e-9)));
  return fmt::format("{:.{}f}", tick(i), decimals);
}

Axis axis_for(std::span<const double> values, int most, double least_step) {
  double low = std::numeric_limits<double>::infinity(), high = -low;
  for (const double value : values)
    if (std::isfinite(value)) {
      low = std::min(low, value);
      high = std::max(high, value);
    }
  if (low > high)
    low = 0, high = 1;
  if (high - low <= 1e-12 * std::max(std::abs(low), std::abs(high)))
    high = low + (low == 0 ? 1 : std::abs(low));
  Axis axis;
  double power = std::pow(10, std::floor(std::log10((high - low) / most)));
  while (true) {
    for (const double times : {1.0, 2.0, 5.0}) {
      axis.step = times * power;
      if (axis.step < least_step)
        continue;
      axis.intervals = intervals_between(low, high, axis.step, axis.first);
      if (axis.intervals <= most)
        return axis;
    }
    power *= 10;
  }
}

}  // namespace fovea
