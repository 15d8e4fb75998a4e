#pragma once

#include <optional>
#include <span>

namespace fovea {

/// Pearson's correlation of two equally long lists, -1..1; none if one of them is constant or there are fewer
/// than two pairs.
std::optional<double> correlation(std::span<const double> a, std::span<const double> b);

}  // namespace fovea
