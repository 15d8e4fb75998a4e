#pragma once

#include <optional>
#include <span>
#include <vector>

namespace fovea {

/// Pearson's correlation of two equally long lists, -1..1; none if one of them is constant or there are fewer
/// than two pairs.
std::optional<double> correlation(std::span<const double> a, std::span<const double> b);

/// The same of the lists' ranks, if `ranks` (Spearman).
std::optional<double> correlation_of(const std::vector<double>& a, const std::vector<double>& b, bool ranks);

}  // namespace fovea
