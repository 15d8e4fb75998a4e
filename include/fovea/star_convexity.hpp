#pragma once

#include "fovea/grid_cut.hpp"
#include "fovea/seeds.hpp"

#include <cstdint>
#include <vector>

namespace fovea {

struct StarOptions {
  /// g in the length of a step between 8-neighbours p, q: sqrt((1 - g) |p - q|^2 + g |grad I|^2), 0..1. 0:
  /// straight rays (`veksler2008star`); 1: paths follow the picture alone. |grad I|^2 is the squared colour
  /// difference of p and q over its mean in the picture, so that g does not depend on contrast.
  double geodesic = 0.5;
};

/// For each pixel the way to its nearest centre: a forest of shortest paths over 8-neighbours.
struct StarForest {
  std::int64_t width = 0;
  std::int64_t height = 0;
  std::vector<std::int32_t> parent;  ///< index y * width + x of the next pixel on the way; -1 at a centre
  std::vector<float> distance;       ///< length of the way; 0 at a centre
  std::vector<std::int32_t> centre;  ///< index of the centre that the way leads to
};

/// The geodesic forest of a photo from its centres (`gulshan2010geodesic`). InputError for no centre, one
/// outside the photo, or a g outside 0..1.
StarForest geodesic_forest(const Image& photo, const std::vector<Point>& centres,
                           const StarOptions& options = {});
/// All pixels of a kind, e.g. the foreground strokes, as centres.
std::vector<Point> points_of(const Trimap& seeds, Seed kind);

/// True when with each pixel of the mask its parent is in the mask too, and so its whole way to the centre.
bool is_star_convex(const Mask& mask, const StarForest& forest);

/// Makes cutting a pixel (source side) from its parent (sink side) cost infinity. The problem must be an
/// 8-neighbour grid of the forest's size.
void add_star_edges(const StarForest& forest, GridProblem& problem);

}  // namespace fovea
