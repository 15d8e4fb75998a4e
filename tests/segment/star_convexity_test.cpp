#include "fovea/error.hpp"
#include "fovea/segment.hpp"
#include "segment/star_edges.hpp"
#include "segment/support.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <set>
#include <utility>

namespace fovea::test {
namespace {

double difference(const Image& image, std::int64_t p, std::int64_t q) {
  double sum = 0;
  for (std::int64_t c = 0; c < 3; ++c)
    sum += std::pow(image.pixels[static_cast<std::size_t>(3 * p + c)] -
                        static_cast<double>(image.pixels[static_cast<std::size_t>(3 * q + c)]),
                    2);
  return sum;
}

/// Distances by repeated relaxation of every pair of neighbours (Bellman and Ford), in double.
std::vector<double> slow_distances(const Image& image, const std::vector<Point>& centres, double g) {
  struct Step {
    std::int64_t p, q;
    double squared, colour;
  };
  std::vector<Step> steps;
  double mean = 0;
  const std::int64_t size = image.width * image.height;
  for (std::int64_t p = 0; p < size; ++p)
    for (std::int64_t q = 0; q < size; ++q) {
      const std::int64_t dx = std::abs(p % image.width - q % image.width);
      const std::int64_t dy = std::abs(p / image.width - q / image.width);
      if (p == q || dx > 1 || dy > 1)
        continue;
      steps.push_back({p, q, static_cast<double>(dx + dy), difference(image, p, q)});
      mean += steps.back().colour;
    }
  mean /= static_cast<double>(std::max<std::size_t>(steps.size(), 1));
  std::vector<double> distance(static_cast<std::size_t>(size), std::numeric_limits<double>::infinity());
  for (const Point& c : centres)
    distance[static_cast<std::size_t>(c.y * image.width + c.x)] = 0;
  for (bool changed = true; changed;) {
    changed = false;
    for (const Step& s : steps) {
      const double colour = mean > 0 ? s.colour / mean : 0;
      const double length =
          distance[static_cast<std::size_t>(s.p)] + std::sqrt((1 - g) * s.squared + g * colour);
      if (length < distance[static_cast<std::size_t>(s.q)]) {
        distance[static_cast<std::size_t>(s.q)] = length;
        changed = true;
      }
    }
  }
  return distance;
}

std::vector<Point> random_centres(const Image& image, Dice& dice) {
  std::vector<Point> centres;
  for (std::int64_t i = 0, n = 1 + dice(4); i < n; ++i)
    centres.push_back({dice(image.width), dice(image.height)});
  return centres;
}

TEST(Star, DistancesAreTheShortest) {
  Dice dice(3);
  for (std::uint64_t trial = 0; trial < 60; ++trial) {
    const Image image = trial % 5 ? noise(1 + dice(10), 1 + dice(10), trial)
                                  : Image::blank(1 + dice(10), 1 + dice(10), 3, 77);
    const std::vector<Point> centres = random_centres(image, dice);
    const double g = std::vector<double>{0, 0.5, 0.9, 1}[static_cast<std::size_t>(dice(4))];
    const StarForest forest = geodesic_forest(image, centres, {g});
    const std::vector<double> expected = slow_distances(image, centres, g);
    for (std::size_t i = 0; i < expected.size(); ++i)
      ASSERT_NEAR(forest.distance[i], expected[i], 1e-4 * (1 + expected[i])) << trial;
  }
}

/// The same forest by a queue that is sorted at every step, in single precision: the nearest pixel first, of
/// equally near ones the upper left.
StarForest sorted_forest(const Image& image, const std::vector<Point>& centres, float g) {
  const auto size = static_cast<std::size_t>(image.width * image.height);
  double sum = 0;
  std::int64_t pairs = 0;
  const auto for_neighbours = [&](std::int64_t p, auto&& f) {
    for (std::int64_t y = p / image.width - 1; y <= p / image.width + 1; ++y)
      for (std::int64_t x = p % image.width - 1; x <= p % image.width + 1; ++x)
        if (x >= 0 && y >= 0 && x < image.width && y < image.height && y * image.width + x != p)
          f(y * image.width + x);
  };
  for (std::int64_t p = 0; p < static_cast<std::int64_t>(size); ++p)
    for_neighbours(p, [&](std::int64_t q) {
      sum += difference(image, p, q);
      ++pairs;
    });
  const float space = 1 - g,
              colour = sum > 0
                           ? static_cast<float>(static_cast<double>(g) / (sum / static_cast<double>(pairs)))
                           : 0;
  StarForest forest{image.width, image.height, std::vector<std::int32_t>(size, -1),
                    std::vector<float>(size, std::numeric_limits<float>::infinity()),
                    std::vector<std::int32_t>(size, -1)};
  std::set<std::pair<float, std::int64_t>> open;
  for (const Point& c : centres) {
    const std::int64_t i = c.y * image.width + c.x;
    forest.distance[static_cast<std::size_t>(i)] = 0;
    forest.centre[static_cast<std::size_t>(i)] = static_cast<std::int32_t>(i);
    open.insert({0.0F, i});
  }
  while (!open.empty()) {
    const auto [distance, p] = *open.begin();
    open.erase(open.begin());
    for_neighbours(p, [&, distance = distance, p = p](std::int64_t q) {
      const bool diagonal = p % image.width != q % image.width && p / image.width != q / image.width;
      const float step =
          std::sqrt(space * (diagonal ? 2.0F : 1.0F) + colour * static_cast<float>(difference(image, p, q)));
      float& old = forest.distance[static_cast<std::size_t>(q)];
      if (old <= distance || distance + step >= old)
        return;
      open.erase({old, q});
      old = distance + step;
      open.insert({old, q});
      forest.parent[static_cast<std::size_t>(q)] = static_cast<std::int32_t>(p);
      forest.centre[static_cast<std::size_t>(q)] = forest.centre[static_cast<std::size_t>(p)];
    });
  }
  return forest;
}

TEST(Star, BucketsGiveTheForestOfASortedQueue) {
  Dice dice(12);
  for (std::uint64_t trial = 0; trial < 80; ++trial) {
    const Image image = trial % 4 == 0   ? Image::blank(1 + dice(30), 1 + dice(30), 3, 77)
                        : trial % 4 == 1 ? square(24, 6, 17, trial)
                                         : noise(1 + dice(30), 1 + dice(30), trial);
    const std::vector<Point> centres = random_centres(image, dice);
    const float g = std::vector<float>{0, 0.25F, 0.5F, 0.875F}[static_cast<std::size_t>(dice(4))];
    const StarForest expected = sorted_forest(image, centres, g);
    const StarForest forest = geodesic_forest(image, centres, {g});
    ASSERT_EQ(forest.distance, expected.distance) << trial;
    ASSERT_EQ(forest.parent, expected.parent) << trial;
    ASSERT_EQ(forest.centre, expected.centre) << trial;
  }
}

TEST(Star, EveryWayEndsInItsCentre) {
  Dice dice(4);
  for (std::uint64_t trial = 0; trial < 40; ++trial) {
    const Image image = noise(1 + dice(30), 1 + dice(30), trial);
    const StarForest forest = geodesic_forest(image, random_centres(image, dice), {0.25 * double(trial % 5)});
    for (std::size_t i = 0; i < forest.parent.size(); ++i) {
      std::size_t p = i;
      std::size_t steps = 0;
      for (; forest.parent[p] >= 0; ++steps) {
        ASSERT_LE(steps, forest.parent.size());
        ASSERT_GE(forest.distance[p], forest.distance[static_cast<std::size_t>(forest.parent[p])]);
        p = static_cast<std::size_t>(forest.parent[p]);
      }
      ASSERT_EQ(forest.centre[i], static_cast<std::int32_t>(p));
      ASSERT_EQ(forest.distance[p], 0);
    }
  }
}

TEST(Star, StraightRaysWithoutGradient) {
  const StarForest forest = geodesic_forest(noise(5, 5, 1), {{2, 2}}, {0});
  EXPECT_EQ(forest.parent[0], 6);
  EXPECT_EQ(forest.parent[6], 12);
  EXPECT_EQ(forest.parent[2], 7);
  EXPECT_EQ(forest.parent[12], -1);
  EXPECT_FLOAT_EQ(forest.distance[0], 2 * std::sqrt(2.0F));
}

/// The mask of every cut must hold, with each pixel, its whole way to the centre.
TEST(Star, ForegroundIsConnectedToItsCentre) {
  Dice dice(5);
  int different = 0;
  for (std::uint64_t trial = 0; trial < 60; ++trial) {
    const Image image = trial % 2 ? noise(8 + dice(20), 8 + dice(20), trial) : square(24, 6, 17, trial);
    Trimap seeds = Trimap::blank(image.width, image.height);
    for (std::int64_t i = 0; i < 12; ++i)
      seeds.at(dice(image.width), dice(image.height)) = i < 6 ? Seed::Foreground : Seed::Background;
    seeds.at(0, 0) = Seed::Background;
    seeds.at(image.width / 2, image.height / 2) = Seed::Foreground;
    SegmentOptions options;
    options.smoothness = trial % 3 ? 2 : 50;
    options.iterations = 1 + dice(3);
    SegmentGuides guides;
    const std::vector<Point> centres = trial % 4 ? points_of(seeds, Seed::Foreground)
                                                 : std::vector<Point>{{image.width / 2, image.height / 2}};
    guides.star = geodesic_forest(image, centres, {0.3 * double(trial % 4)});
    const Segmentation with = segment(image, seeds, options, guides);
    EXPECT_TRUE(is_star_convex(with.mask, *guides.star));
    for (std::size_t i = 0; i < seeds.pixels.size(); ++i)
      EXPECT_FALSE(seeds.pixels[i] == Seed::Background && with.mask.pixels[i]);
    for (const Point& centre : centres)
      EXPECT_EQ(with.mask.at(centre.x, centre.y), 1);
    different += !is_star_convex(segment(image, seeds, options).mask, *guides.star);
  }
  EXPECT_GT(different, 20) << "the shape changed next to nothing";
}

TEST(Star, IsStarConvexSaysNo) {
  const StarForest forest = geodesic_forest(Image::blank(5, 1, 3, 9), {{0, 0}}, {0});
  EXPECT_TRUE(is_star_convex(drawn({"###.."}), forest));
  EXPECT_TRUE(is_star_convex(drawn({"....."}), forest));
  EXPECT_FALSE(is_star_convex(drawn({"#.#.."}), forest));
  EXPECT_FALSE(is_star_convex(drawn({".##.."}), forest));
  EXPECT_THROW(is_star_convex(drawn({"#"}), forest), InputError);
}

TEST(Star, RefusesWhatIsNoStar) {
  const Image image = noise(3, 3, 1);
  EXPECT_THROW(geodesic_forest(image, {}), InputError);
  EXPECT_THROW(geodesic_forest(image, {{3, 0}}), InputError);
  EXPECT_THROW(geodesic_forest(image, {{0, 0}}, {1.5}), InputError);
  EXPECT_THROW(geodesic_forest(image, {{0, 0}}, {std::nan("")}), InputError);
  StarForest forest = geodesic_forest(image, {{0, 0}});
  GridProblem problem{3, 3, std::vector<std::int32_t>(9), std::vector<std::int32_t>(9), {}, {}};
  EXPECT_THROW(add_star_edges(forest, problem), InputError);
  problem.forward.fill(std::vector<std::int32_t>(9));
  EXPECT_NO_THROW(add_star_edges(forest, problem));
  forest.parent[8] = 0;  // no neighbour
  EXPECT_THROW(add_star_edges(forest, problem), InputError);
}

}  // namespace
}  // namespace fovea::test
