#include "fovea/segment.hpp"

#include "image/pixels.hpp"
#include "segment/check.hpp"
#include "segment/contrast.hpp"
#include "segment/star_edges.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <queue>
#include <utility>

namespace fovea {
namespace {

void check_forest(const StarForest& forest) {
  check_size(forest.width, forest.height);
  FOVEA_CHECK(forest.parent.size() == static_cast<std::size_t>(forest.width * forest.height),
              "a forest of {} x {} pixels with {} parents", forest.width, forest.height,
              forest.parent.size());
}

/// Adds to the distance so far the length of a step: straight or diagonal, over a colour difference.
class StepLength {
public:
  StepLength(const Image& rgb, double geodesic) : rgb_(rgb) {
    const double mean = mean_squared_difference(rgb, Neighbourhood::Eight);
    space_ = static_cast<float>(1 - geodesic);
    colour_ = static_cast<float>(mean > 0 ? geodesic / mean : 0.0);
  }
  float operator()(std::int32_t p, std::int32_t q, float squared_length) const {
    const auto difference = static_cast<float>(squared_difference(rgb_, p, q));
    return std::sqrt(space_ * squared_length + colour_ * difference);
  }

private:
  const Image& rgb_;
  float space_;
  float colour_;
};

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

StarForest geodesic_forest(const Image& photo, const std::vector<Point>& centres,
                           const StarOptions& options) {
  check_image(photo);
  FOVEA_CHECK(options.geodesic >= 0 && options.geodesic <= 1, "a geodesic share of {}: expected 0..1",
              options.geodesic);
  FOVEA_CHECK(!centres.empty(), "star convexity needs at least one centre");
  const Image rgb = to_rgb(photo);
  const StepLength step(rgb, options.geodesic);
  const auto size = static_cast<std::size_t>(photo.width * photo.height);
  StarForest forest{photo.width, photo.height, std::vector<std::int32_t>(size, -1),
                    std::vector<float>(size, std::numeric_limits<float>::infinity()),
                    std::vector<std::int32_t>(size, -1)};
  using Entry = std::pair<float, std::int32_t>;  // ties go to the upper left pixel
  std::priority_queue<Entry, std::vector<Entry>, std::greater<>> open;
  for (const Point& p : centres) {
    FOVEA_CHECK(p.x >= 0 && p.y >= 0 && p.x < photo.width && p.y < photo.height,
                "the centre ({}, {}) lies outside the picture of {} x {} pixels", p.x, p.y, photo.width,
                photo.height);
    const auto i = static_cast<std::int32_t>(p.y * photo.width + p.x);
    forest.distance[static_cast<std::size_t>(i)] = 0;
    forest.centre[static_cast<std::size_t>(i)] = i;
    open.emplace(0.0F, i);
  }
  const auto width = static_cast<std::int32_t>(photo.width);
  const auto height = static_cast<std::int32_t>(photo.height);
  while (!open.empty()) {
    const auto [distance, p] = open.top();
    open.pop();
    if (distance > forest.distance[static_cast<std::size_t>(p)])
      continue;
    const std::int32_t x = p % width;
    const std::int32_t y = p / width;
    for (std::int32_t qy = std::max(y - 1, 0); qy <= std::min(y + 1, height - 1); ++qy)
      for (std::int32_t qx = std::max(x - 1, 0); qx <= std::min(x + 1, width - 1); ++qx) {
        const std::int32_t q = qy * width + qx;
        float& old = forest.distance[static_cast<std::size_t>(q)];
        if (old <= distance)  // p itself among them
          continue;
        const float length = distance + step(p, q, qx != x && qy != y ? 2.0F : 1.0F);
        if (length >= old)
          continue;
        old = length;
        forest.parent[static_cast<std::size_t>(q)] = p;
        forest.centre[static_cast<std::size_t>(q)] = forest.centre[static_cast<std::size_t>(p)];
        open.emplace(length, q);
      }
  }
  return forest;
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
