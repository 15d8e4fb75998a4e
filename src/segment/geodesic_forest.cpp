#include "fovea/segment.hpp"
#include "image/pixels.hpp"
#include "segment/check.hpp"
#include "segment/contrast.hpp"
#include "segment/grid_walk.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace fovea {
namespace {

/// The lengths of the steps from each pixel to its neighbours by GridEdge. They are the same in both
/// directions.
std::array<std::vector<float>, 4> step_lengths(const Image& rgb, double geodesic) {
  const double mean = mean_squared_difference(rgb, Neighbourhood::Eight);
  const auto space = static_cast<float>(1 - geodesic);
  const auto colour = static_cast<float>(mean > 0 ? geodesic / mean : 0.0);
  std::array<std::vector<float>, 4> lengths;
  for (std::size_t e = 0; e < lengths.size(); ++e) {
    std::vector<float>& out = lengths[e];
    out.assign(static_cast<std::size_t>(rgb.width * rgb.height), 0.0F);
    const float straight = space * (e < 2 ? 1.0F : 2.0F);
    for_each_pair(rgb.width, rgb.height, e, [&](std::int64_t p, std::int64_t q) {
      out[static_cast<std::size_t>(p)] =
          straight + colour * static_cast<float>(squared_difference(rgb, p, q));
    });
    for (float& squared : out)
      squared = std::sqrt(squared);
  }
  return lengths;
}

/// Shortest paths by distances sorted into buckets (`dial1969algorithm`): a bucket is narrower than most
/// steps, so nearly every pixel is final when it is taken out, and one that is not is taken out again. Of
/// equally short paths a pixel takes that of the nearest parent, then of the upper left one.
class Buckets {
public:
  Buckets(StarForest& forest, const Image& rgb, double geodesic)
      : forest_(forest), lengths_(step_lengths(rgb, geodesic)) {
    float longest = 0;
    for (const std::vector<float>& lengths : lengths_)
      longest = std::max(longest, *std::max_element(lengths.begin(), lengths.end()));
    // No step is shorter than sqrt(1 - g); where that is next to nothing, wider buckets do.
    constexpr float narrowest = 0.05F, most = 65536.0F;
    const float width =
        std::max({0.99F * static_cast<float>(std::sqrt(1 - geodesic)), narrowest, longest / most});
    per_unit_ = 1 / width;
    buckets_.resize(static_cast<std::size_t>(longest * per_unit_) + 2);
    const auto row = static_cast<std::int32_t>(forest.width);
    // The pixel that holds a step's length is the upper or left one.
    directions_ = {{{1, 0, 0, 1, 0},
                    {0, 1, 1, row, 0},
                    {1, 1, 2, row + 1, 0},
                    {-1, 1, 3, row - 1, 0},
                    {-1, 0, 0, -1, -1},
                    {0, -1, 1, -row, -row},
                    {-1, -1, 2, -row - 1, -row - 1},
                    {1, -1, 3, -row + 1, -row + 1}}};
  }

  void add_centre(std::int32_t pixel) {
    forest_.distance[static_cast<std::size_t>(pixel)] = 0;
    if (forest_.centre[static_cast<std::size_t>(pixel)] < 0)
      put(pixel, 0);
    forest_.centre[static_cast<std::size_t>(pixel)] = pixel;
  }

  void run() {
    for (turn_ = 0; waiting_ > 0; ++turn_) {
      std::vector<std::int32_t>& bucket = buckets_[static_cast<std::size_t>(turn_) % buckets_.size()];
      for (std::size_t i = 0; i < bucket.size(); ++i)  // a short step adds to it
        if (turn_of(forest_.distance[static_cast<std::size_t>(bucket[i])]) == turn_)
          take(bucket[i]);
      waiting_ -= bucket.size();
      bucket.clear();
    }
    find_centres();
  }

private:
  struct Direction {
    std::int32_t dx, dy;
    std::size_t edge;
    std::int32_t neighbour;  ///< offset of the neighbour
    std::int32_t holder;     ///< offset of the pixel that holds the step's length
  };

  std::int64_t turn_of(float distance) const { return static_cast<std::int64_t>(distance * per_unit_); }

  void put(std::int32_t pixel, std::int64_t turn) {
    buckets_[static_cast<std::size_t>(turn) % buckets_.size()].push_back(pixel);
    ++waiting_;
  }

  void take(std::int32_t p) {
    const auto width = static_cast<std::int32_t>(forest_.width);
    const auto height = static_cast<std::int32_t>(forest_.height);
    const std::int32_t x = p % width, y = p / width;
    const bool is_inside = x > 0 && y > 0 && x + 1 < width && y + 1 < height;
    for (const Direction& step : directions_) {
      const std::int32_t qx = x + step.dx, qy = y + step.dy;
      if (is_inside || (qx >= 0 && qy >= 0 && qx < width && qy < height))
        relax(p, p + step.neighbour, lengths_[step.edge][static_cast<std::size_t>(p + step.holder)]);
    }
  }

  void relax(std::int32_t p, std::int32_t q, float step) {
    const float distance = forest_.distance[static_cast<std::size_t>(p)];
    float& old = forest_.distance[static_cast<std::size_t>(q)];
    if (old <= distance)
      return;
    const float length = distance + step;
    std::int32_t& parent = forest_.parent[static_cast<std::size_t>(q)];
    if (length < old) {
      const std::int64_t turn = turn_of(length);
      const bool waits = turn > turn_ && std::isfinite(old) && turn_of(old) == turn;
      old = length;
      parent = p;
      if (!waits)
        put(q, turn);
    } else if (length == old && parent >= 0 && distance < length && is_before(p, parent)) {
      parent = p;
    }
  }

  bool is_before(std::int32_t p, std::int32_t q) const {
    const float of_p = forest_.distance[static_cast<std::size_t>(p)];
    const float of_q = forest_.distance[static_cast<std::size_t>(q)];
    return of_p < of_q || (of_p == of_q && p < q);
  }

  /// Centres of all pixels, each from the first pixel of its path that has one.
  void find_centres() {
    std::vector<std::int32_t> path;
    for (std::int32_t i = 0; i < static_cast<std::int32_t>(forest_.centre.size()); ++i) {
      std::int32_t p = i;
      for (; forest_.centre[static_cast<std::size_t>(p)] < 0; p = forest_.parent[static_cast<std::size_t>(p)])
        path.push_back(p);
      for (const std::int32_t q : path)
        forest_.centre[static_cast<std::size_t>(q)] = forest_.centre[static_cast<std::size_t>(p)];
      path.clear();
    }
  }

  StarForest& forest_;
  std::array<std::vector<float>, 4> lengths_;
  std::array<Direction, 8> directions_;
  float per_unit_ = 1;
  std::vector<std::vector<std::int32_t>> buckets_;  ///< in turns: a step reaches no further than once around
  std::size_t waiting_ = 0;                         ///< entries of all buckets
  std::int64_t turn_ = 0;
};

}  // namespace

StarForest geodesic_forest(const Image& photo, const std::vector<Point>& centres,
                           const StarOptions& options) {
  check_image(photo);
  FOVEA_CHECK(options.geodesic >= 0 && options.geodesic <= 1, "a geodesic share of {}: expected 0..1",
              options.geodesic);
  FOVEA_CHECK(!centres.empty(), "star convexity needs at least one centre");
  const auto size = static_cast<std::size_t>(photo.width * photo.height);
  StarForest forest{photo.width, photo.height, std::vector<std::int32_t>(size, -1),
                    std::vector<float>(size, std::numeric_limits<float>::infinity()),
                    std::vector<std::int32_t>(size, -1)};
  Buckets buckets(forest, to_rgb(photo), options.geodesic);
  for (const Point& p : centres) {
    FOVEA_CHECK(p.x >= 0 && p.y >= 0 && p.x < photo.width && p.y < photo.height,
                "the centre ({}, {}) lies outside the picture of {} x {} pixels", p.x, p.y, photo.width,
                photo.height);
    buckets.add_centre(static_cast<std::int32_t>(p.y * photo.width + p.x));
  }
  buckets.run();
  return forest;
}

}  // namespace fovea
