#include "fovea/segment.hpp"

#include "image/pixels.hpp"
#include "segment/check.hpp"
#include "segment/star_edges.hpp"

namespace fovea {
namespace {

void check_forest(const StarForest& forest) {
  check_size(forest.width, forest.height);
  FOVEA_CHECK(forest.parent.size() == static_cast<std::size_t>(forest.width * forest.height),
              "a forest of {} x {} pixels with {} parents", forest.width, forest.height,
              forest.parent.size());
}

}  // namespace

std::vector<Point> points_of(const Trimap& seeds, Seed kind) {
  check_trimap(seeds);
  std::vector<Point> points;
  for (std::int64_t y = 0; y < seeds.height; ++y)
    for (std::int64_t x = 0; x < seeds.width; ++x)
      if (seeds.at(x, y) == kind)
        points.push_back({x, y});
  return points;
}

bool is_star_convex(const Mask& mask, const StarForest& forest) {
  check_mask(mask);
  check_forest(forest);
  FOVEA_CHECK(mask.width == forest.width && mask.height == forest.height,
              "a mask of {} x {} pixels and a forest of {} x {}: expected one size", mask.width, mask.height,
              forest.width, forest.height);
  for (std::size_t i = 0; i < mask.pixels.size(); ++i)
    if (mask.pixels[i] && forest.parent[i] >= 0 && !mask.pixels[static_cast<std::size_t>(forest.parent[i])])
      return false;
  return true;
}

void add_star_edges(const StarForest& forest, GridProblem& problem) {
  check_forest(forest);
  FOVEA_CHECK(problem.width == forest.width && problem.height == forest.height,
              "a grid of {} x {} pixels and a forest of {} x {}: expected one size", problem.width,
              problem.height, forest.width, forest.height);
  for (std::size_t e = 0; e < problem.forward.size(); ++e) {
    FOVEA_CHECK(problem.forward[e].size() == forest.parent.size(),
                "star convexity needs edges to 8 neighbours");
    if (problem.backward[e].empty())
      problem.backward[e] = problem.forward[e];
  }
  for (std::size_t i = 0; i < forest.parent.size(); ++i) {
    const std::int64_t parent = forest.parent[i];
    if (parent < 0)
      continue;
    const auto pixel = static_cast<std::int64_t>(i);
    FOVEA_CHECK(parent < static_cast<std::int64_t>(forest.parent.size()), "the parent {} is not a pixel",
                parent);
    const std::int64_t dx = parent % forest.width - pixel % forest.width;
    const std::int64_t dy = parent / forest.width - pixel / forest.width;
    bool found = false;
    for (std::size_t e = 0; e < kGridSteps.size(); ++e) {
      const auto [sx, sy] = kGridSteps[e];
      if (dx == sx && dy == sy)
        problem.forward[e][i] = kInfiniteCapacity;
      else if (dx == -sx && dy == -sy)
        problem.backward[e][static_cast<std::size_t>(parent)] = kInfiniteCapacity;
      else
        continue;
      found = true;
    }
    FOVEA_CHECK(found, "the parent {} of pixel {} is not its neighbour", parent, pixel);
  }
}

}  // namespace fovea
