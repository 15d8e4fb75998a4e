#pragma once

#include <algorithm>
#include <cstddef>
#include <span>

namespace fovea {

/// The quantile of at least one unordered value, `part` from 0 to 1, interpolated between order statistics as
/// numpy.quantile does by default. Reorders the values.
template <class T>
double quantile(std::span<T> values, double part) {
  const double rank = part * static_cast<double>(values.size() - 1);
  const auto below = static_cast<std::ptrdiff_t>(rank);
  const auto at = values.begin() + below;
  std::nth_element(values.begin(), at, values.end());
  const double low = *at;
  if (at + 1 == values.end())
    return low;
  const double high = *std::min_element(at + 1, values.end());
  return low + (high - low) * (rank - static_cast<double>(below));
}

}  // namespace fovea
