#pragma once

#include "fovea/evaluate_maps.hpp"
#include "fovea/geometry.hpp"
#include "fovea/tensor.hpp"

#include <cstdint>
#include <optional>

/// The agreement of two networks' maps of one photo, which may have different sizes and cover different parts
/// of it.
namespace fovea {

/// A method's map with the part of the photo that it covers.
struct PlacedMap {
  JudgedMap map;
  Rect region;
};

/// The grid on which two maps are compared: cells of the part of the photo that both maps cover.
struct CommonGrid {
  Rect area;
  std::int64_t height = 0, width = 0;
};

/// The grid of two maps [H,W] that cover these parts of a photo. Along each side it has as many cells as the
/// coarser map has pixels there, rounded, so that nothing is compared that one of the maps does not resolve.
/// InputError for parts without a common pixel.
CommonGrid common_grid(const Tensor& a, const Rect& region_a, const Tensor& b, const Rect& region_b);

/// The map on a grid within the part of the photo that it covers: the value of each cell is the mean of the
/// map over the cell. A map whose pixels are the cells is returned as it is.
Tensor on_grid(const Tensor& map, const Rect& region, const CommonGrid& grid);

struct MapAgreement {
  CommonGrid grid;
  /// Rank correlation of the maps, and of the signed relevances. 0 if one of the two is flat, none if both
  /// are: then there is nothing to compare.
  std::optional<double> rank, signed_rank;
  /// Structural similarity of the maps; none for a grid that is smaller than its window.
  std::optional<double> similarity;
  double overlap = 0;  ///< `top_overlap` of a tenth of the pixels
};

/// Compares two maps on their common grid. InputError as for `common_grid`, and for values that are not
/// finite.
MapAgreement compare_maps(const PlacedMap& a, const PlacedMap& b);

}  // namespace fovea
