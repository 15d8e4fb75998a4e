#include "explain/region_regressions.hpp"

#include "explain/least_squares.hpp"

#include <algorithm>
#include <cmath>

namespace fovea {
namespace {

constexpr double kKernelWidth = 0.25, kRidge = 1;

/// sqrt(exp(-d^2 / width^2)), d the cosine distance from the mask of the whole picture.
double proximity(const RegionMask& mask) {
  const auto shown = static_cast<double>(std::count(mask.begin(), mask.end(), true));
  const double distance = 1 - std::sqrt(shown / static_cast<double>(mask.size()));
  return std::exp(-distance * distance / (2 * kKernelWidth * kKernelWidth));
}

}  // namespace

std::vector<double> shapley_values(const std::vector<Coalition>& coalitions, std::size_t regions,
                                   std::span<const double> values) {
  // The last phi is the rest.
  const double whole = values[0] - values[1];
  if (regions == 1)
    return {whole};
  LeastSquares equations(regions - 1);
  std::vector<double> row(regions - 1);
  for (std::size_t i = 0; i < coalitions.size(); ++i) {
    const RegionMask& shown = coalitions[i].shown;
    const double last = shown.back() ? 1 : 0;
    for (std::size_t k = 0; k < row.size(); ++k)
      row[k] = (shown[k] ? 1 : 0) - last;
    equations.add(row, values[i + 2] - values[1] - last * whole, coalitions[i].weight);
  }
  std::vector<double> phi = equations.solve(0);
  double rest = whole;
  for (const double value : phi)
    rest -= value;
  phi.push_back(rest);
  return phi;
}

std::vector<double> lime_coefficients(const std::vector<RegionMask>& masks, std::span<const double> values) {
  const std::size_t regions = masks.front().size();
  // All is centred at the weighted means, which leaves the intercept out.
  std::vector<double> means(regions, 0);
  double total = 0, mean_value = 0;
  for (std::size_t i = 0; i < masks.size(); ++i) {
    const double weight = proximity(masks[i]);
    total += weight;
    mean_value += weight * values[i];
    for (std::size_t k = 0; k < regions; ++k)
      means[k] += masks[i][k] ? weight : 0;
  }
  LeastSquares equations(regions);
  std::vector<double> row(regions);
  for (std::size_t i = 0; i < masks.size(); ++i) {
    for (std::size_t k = 0; k < regions; ++k)
      row[k] = (masks[i][k] ? 1 : 0) - means[k] / total;
    equations.add(row, values[i] - mean_value / total, proximity(masks[i]));
  }
  return equations.solve(kRidge);
}

}  // namespace fovea
