#pragma once

#include "explain/method.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace fovea {

/// A grid of cells over a picture, each shown to a degree of 0 (the baseline) to 1 (the input).
class CellMasks {
public:
  /// InputError unless each of `cells` cells along both sides has a pixel.
  CellMasks(std::int64_t height, std::int64_t width, std::int64_t cells);

  std::size_t count() const { return static_cast<std::size_t>(cells_ * cells_); }

  /// The target's value for each mask: `shown(i)` has a value for each cell, row by row.
  std::vector<double> values(Session& session, const Tensor& input, const Tensor& baseline,
                             std::int64_t masks,
                             const std::function<std::vector<float>(std::int64_t i)>& shown,
                             const ExplainedScore& target, const SampleProgress& progress) const;

  /// [1,H,W] of the cells' values, enlarged as the map of a layer is.
  Tensor map(std::span<const double> values) const;

private:
  std::int64_t height_, width_, cells_;
};

}  // namespace fovea
