#include "fovea/segment.hpp"

#include "fovea/error.hpp"
#include "segment/support.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

namespace fovea::test {
namespace {

const std::string kSamples = FOVEA_SOURCE_DIR "/samples/";

/// The energy of a labelling from its definition, pair by pair, in double.
double slow_energy(const Image& photo, const Trimap& seeds, const SegmentOptions& o,
                   const SegmentGuides& guides, const Segmentation& models, const Mask& mask) {
  const std::int64_t size = photo.width * photo.height;
  const auto colour = [&](std::int64_t p, std::size_t c) {
    return static_cast<double>(photo.pixels[static_cast<std::size_t>(3 * p) + c]);
  };
  const auto squared = [&](std::int64_t p, std::int64_t q) {
    double sum = 0;
    for (std::size_t c = 0; c < 3; ++c)
      sum += (colour(p, c) - colour(q, c)) * (colour(p, c) - colour(q, c));
    return sum;
  };
  const auto distance2 = [&](std::int64_t p, std::int64_t q) {
    const std::int64_t dx = p % photo.width - q % photo.width;
    const std::int64_t dy = p / photo.width - q / photo.width;
    return dx * dx + dy * dy;
  };
  const std::int64_t reach = o.neighbourhood == Neighbourhood::Four ? 1 : 2;
  double mean = 0;
  double pairs = 0;
  for (std::int64_t p = 0; p < size; ++p)
    for (std::int64_t q = p + 1; q < size; ++q)
      if (distance2(p, q) <= reach) {
        mean += squared(p, q);
        ++pairs;
      }
  mean /= std::max(pairs, 1.0);
  double energy = 0;
  for (std::int64_t p = 0; p < size; ++p) {
    const auto i = static_cast<std::size_t>(p);
    const bool inside = mask.pixels[i] != 0;
    float cost = 0;
    const GaussianMixture& model = inside ? models.foreground : models.background;
    model.negative_log(std::span(photo.pixels).subspan(3 * i, 3), std::span(&cost, 1));
    energy += o.colour_weight * cost;
    if (seeds.pixels[i] == (inside ? Seed::Background : Seed::Foreground)) {
      const bool hard = (inside ? o.background_seeds : o.foreground_seeds) == SeedStrength::Hard;
      energy += hard ? std::numeric_limits<double>::infinity() : o.soft_seed_cost;
    }
    if (!guides.prior.empty()) {
      const double prior = guides.prior.data<float>()[i];
      energy += o.prior_weight * (inside ? 1 - prior : prior);
    }
    if (guides.star && inside && guides.star->parent[i] >= 0 &&
        !mask.pixels[static_cast<std::size_t>(guides.star->parent[i])])
      energy = std::numeric_limits<double>::infinity();
    for (std::int64_t q = p + 1; q < size; ++q)
      if (distance2(p, q) <= reach && mask.pixels[i] != mask.pixels[static_cast<std::size_t>(q)])
        energy += o.smoothness * std::exp(mean > 0 ? -o.contrast * squared(p, q) / (2 * mean) : 0) /
                  std::sqrt(static_cast<double>(distance2(p, q)));
  }
  return energy;
}

/// Every labelling of up to 16 pixels: none costs less than the one found.
TEST(Segment, NoLabellingCostsLess) {
  Dice dice(6);
  const std::int64_t shapes[][2] = {{4, 4}, {5, 3}, {1, 12}, {13, 1}, {3, 4}, {2, 2}, {2, 1}};
  for (std::uint64_t trial = 0; trial < 36; ++trial) {
    const auto& shape = shapes[trial < 4 ? 0 : 1 + dice(6)];
    const Image photo =
        trial % 6 ? noise(shape[0], shape[1], trial) : Image::blank(shape[0], shape[1], 3, 50);
    const std::int64_t size = photo.width * photo.height;
    Trimap seeds = Trimap::blank(photo.width, photo.height);
    for (Seed& seed : seeds.pixels)
      seed = static_cast<Seed>(std::max<std::int64_t>(dice(6) - 3, 0));
    seeds.pixels.front() = Seed::Background;
    seeds.pixels.back() = Seed::Foreground;
    SegmentOptions options;
    options.mixture.min_deviation = 20;
    options.colour_weight = 0.5 * static_cast<double>(dice(4));
    options.smoothness = static_cast<double>(dice(12));
    options.contrast = static_cast<double>(dice(3));
    options.neighbourhood = dice(2) ? Neighbourhood::Four : Neighbourhood::Eight;
    options.foreground_seeds = dice(2) ? SeedStrength::Hard : SeedStrength::Soft;
    options.background_seeds = dice(2) ? SeedStrength::Hard : SeedStrength::Soft;
    options.soft_seed_cost = static_cast<double>(dice(3));
    options.prior_weight = static_cast<double>(dice(6));
    SegmentGuides guides;
    if (dice(2)) {
      std::vector<float> prior(static_cast<std::size_t>(size));
      for (float& value : prior)
        value = 0.1F * static_cast<float>(dice(11));
      guides.prior = map_of(photo.height, photo.width, prior);
    }
    if (options.neighbourhood == Neighbourhood::Eight && dice(2))
      guides.star = geodesic_forest(photo, points_of(seeds, Seed::Foreground), {0.5});
    SCOPED_TRACE(trial);
    const Segmentation found = segment(photo, seeds, options, guides);
    const double energy = slow_energy(photo, seeds, options, guides, found, found.mask);
    ASSERT_NEAR(found.energy, energy, 1e-4 * (1 + std::abs(energy)));
    Mask other = found.mask;
    for (std::uint32_t code = 0; code < 1U << size; ++code) {
      bool possible = true;
      for (std::size_t i = 0; i < other.pixels.size(); ++i) {
        other.pixels[i] = code >> i & 1;
        possible &=
            seeds.pixels[i] != (other.pixels[i] ? Seed::Background : Seed::Foreground) ||
            (other.pixels[i] ? options.background_seeds : options.foreground_seeds) == SeedStrength::Soft;
      }
      // All of them where that is quick, else one of sixteen.
      if (possible && (size <= 12 || code % 16 == trial % 16)) {
        ASSERT_GE(slow_energy(photo, seeds, options, guides, found, other), energy - 1e-3) << code;
      }
    }
  }
}

TEST(Segment, FindsTheSquare) {
  const Image photo = square(60, 15, 40);
  for (const std::int64_t iterations : {1, 5}) {
    SegmentOptions options;
    options.iterations = iterations;
    const Segmentation found =
        segment(photo, seeds_from_points({{25, 25}}, {{5, 5}, {50, 50}}, 60, 60, 3), options);
    EXPECT_EQ(largest_component_box(found.mask), (Box{15, 15, 40, 40}));
    EXPECT_EQ(found.mask.area(), 25 * 25);
  }
}

/// Seeds of saliency-like blobs on the bundled pictures and on noise.
TEST(Segment, EnergyNeverRises) {
  std::vector<Image> photos = {square(40, 10, 30), noise(33, 21, 1), Image::blank(20, 10, 1, 80)};
  for (const char* name : {"golf-ball.jpg", "church.jpg", "parachute.jpg"})
    photos.push_back(read_image(kSamples + name));
  std::size_t rounds = 0;
  for (const Image& photo : photos)
    for (const double smoothness : {5.0, 50.0}) {
      std::vector<float> values;
      for (std::int64_t y = 0; y < photo.height; ++y)
        for (std::int64_t x = 0; x < photo.width; ++x)
          values.push_back(
              static_cast<float>(std::exp(-4 * (std::pow(2.0 * double(x) / double(photo.width) - 1, 2) +
                                                std::pow(2.0 * double(y) / double(photo.height) - 0.9, 2)))));
      SegmentOptions options;
      options.smoothness = smoothness;
      options.iterations = 6;
      const Segmentation found =
          segment(photo, seeds_from_map(map_of(photo.height, photo.width, values)), options);
      ASSERT_FALSE(found.energies.empty());
      EXPECT_EQ(found.energies.back(), found.energy);
      EXPECT_TRUE(std::isfinite(found.energy));
      for (std::size_t i = 1; i < found.energies.size(); ++i)
        EXPECT_LE(found.energies[i], found.energies[i - 1]);
      rounds += found.energies.size() - 1;
      options.iterations = 1;
      EXPECT_EQ(segment(photo, seeds_from_map(map_of(photo.height, photo.width, values)), options).energy,
                found.energies.front());
    }
  EXPECT_GE(rounds, 12U) << "iterating did nothing";
}

TEST(Segment, HardSeedsHoldAndSoftOnesNeedNot) {
  const Image photo = square(30, 8, 22);
  Trimap seeds = seeds_from_points({{15, 15}, {2, 27}}, {{27, 2}}, 30, 30, 1);
  SegmentOptions options;
  options.mixture.components = 1;
  EXPECT_EQ(segment(photo, seeds, options).mask.at(2, 27), 1);
  options.foreground_seeds = SeedStrength::Soft;
  options.smoothness = 1000;
  EXPECT_EQ(segment(photo, seeds, options).mask.at(2, 27), 0);
  options.soft_seed_cost = 1e5;
  EXPECT_EQ(segment(photo, seeds, options).mask.at(2, 27), 1);
}

TEST(Segment, PriorAloneDecidesWhereColoursDoNot) {
  const Image photo = Image::blank(6, 2, 3, 90);
  const Trimap seeds = seeds_from_points({{0, 0}}, {{5, 0}}, 6, 2, 0);
  SegmentOptions options;
  options.smoothness = 0.1;
  options.prior_weight = 10;
  SegmentGuides guides;
  guides.prior = map_of(2, 6, {1, 1, 1, 1, 0, 0, 1, 1, 0, 0, 0, 0});
  EXPECT_EQ(segment(photo, seeds, options, guides).mask, drawn({"####..", "##...."}));
}

TEST(Segment, PicturesOfOneColour) {
  const Image photo = Image::blank(9, 7, 3, 0);
  const Segmentation found = segment(photo, seeds_from_points({{4, 3}}, {{0, 0}}, 9, 7, 0));
  EXPECT_TRUE(std::isfinite(found.energy));
  EXPECT_EQ(found.mask.at(4, 3), 1);
  EXPECT_EQ(found.mask.at(0, 0), 0);
}

TEST(Segment, SeedsEverywhereAreTheAnswer) {
  const Image photo = noise(8, 5, 3);
  Trimap seeds = Trimap::blank(8, 5, Seed::Background);
  for (std::int64_t x = 2; x < 7; ++x)
    seeds.at(x, x / 2) = Seed::Foreground;
  const Segmentation found = segment(photo, seeds, {.iterations = 3});
  for (std::size_t i = 0; i < seeds.pixels.size(); ++i)
    EXPECT_EQ(found.mask.pixels[i] != 0, seeds.pixels[i] == Seed::Foreground);
}

TEST(Segment, ConflictingStarSeedsAreReleased) {
  const Image photo = Image::blank(7, 1, 3, 40);
  Trimap seeds = Trimap::blank(7, 1);
  seeds.pixels = {Seed::Foreground, Seed::Unknown, Seed::Background, Seed::Unknown,
                  Seed::Foreground, Seed::Unknown, Seed::Unknown};
  SegmentGuides guides;
  guides.star = geodesic_forest(photo, {{0, 0}}, {0});
  EXPECT_EQ(segment(photo, seeds, {}, guides).mask.at(0, 0), 1);
  EXPECT_EQ(segment(photo, seeds, {}, guides).mask.at(4, 0), 0);
  EXPECT_EQ(segment(photo, seeds, {}).mask.at(4, 0), 1);
}

TEST(Segment, RefusesBadInput) {
  const Image photo = noise(6, 4, 1);
  const Trimap good = seeds_from_points({{1, 1}}, {{4, 2}}, 6, 4, 0);
  EXPECT_NO_THROW(segment(photo, good));
  EXPECT_THROW(segment(photo, Trimap::blank(6, 4)), InputError);
  EXPECT_THROW(segment(photo, Trimap::blank(6, 4, Seed::Foreground)), InputError);
  EXPECT_THROW(segment(photo, Trimap::blank(6, 4, Seed::Background)), InputError);
  EXPECT_THROW(segment(noise(4, 6, 1), good), InputError);
  EXPECT_THROW(segment(noise(1, 1, 1), Trimap::blank(1, 1, Seed::Foreground)), InputError);
  EXPECT_THROW(segment(Image{}, good), InputError);
  EXPECT_THROW(segment(photo, good, {.colour_weight = -1}), InputError);
  EXPECT_THROW(segment(photo, good, {.smoothness = std::nan("")}), InputError);
  EXPECT_THROW(segment(photo, good, {.contrast = std::numeric_limits<double>::infinity()}), InputError);
  EXPECT_THROW(segment(photo, good, {.iterations = 0}), InputError);
  SegmentGuides guides;
  guides.prior = map_of(6, 4, std::vector<float>(24, 0.5F));
  EXPECT_THROW(segment(photo, good, {}, guides), InputError);
  guides.prior = map_of(4, 6, std::vector<float>(24, 1.5F));
  EXPECT_THROW(segment(photo, good, {}, guides), InputError);
  guides.prior = map_of(4, 6, std::vector<float>(24, std::nanf("")));
  EXPECT_THROW(segment(photo, good, {}, guides), InputError);
  SegmentGuides star;
  star.star = geodesic_forest(noise(4, 6, 1), {{0, 0}});
  EXPECT_THROW(segment(photo, good, {}, star), InputError);
  star.star = geodesic_forest(photo, {{0, 0}});
  EXPECT_THROW(segment(photo, good, {.neighbourhood = Neighbourhood::Four}, star), InputError);
}

/// Two threads change nothing, and neither does the number of cuts before the last: the flow goes on.
TEST(Segment, ThreadsChangeNothing) {
  for (std::uint64_t trial = 0; trial < 6; ++trial) {
    const Image photo = square(40, 10, 28, trial);
    Trimap seeds = Trimap::blank(40, 40);
    for (std::int64_t i = 14; i < 24; ++i) {
      seeds.at(i, 18) = Seed::Foreground;
      seeds.at(i, 4) = Seed::Background;
    }
    SegmentOptions options;
    options.iterations = 5;
    SegmentGuides guides;
    if (trial % 2)
      guides.star = geodesic_forest(photo, points_of(seeds, Seed::Foreground));
    const Segmentation one = segment(photo, seeds, options, guides);
    options.threads = 2;
    const Segmentation two = segment(photo, seeds, options, guides);
    EXPECT_EQ(one.mask, two.mask);
    EXPECT_EQ(one.energies, two.energies);
  }
  SegmentOptions none;
  none.threads = 0;
  Trimap seeds = Trimap::blank(8, 8);
  seeds.at(0, 0) = Seed::Foreground;
  seeds.at(7, 7) = Seed::Background;
  EXPECT_THROW(segment(noise(8, 8, 1), seeds, none), InputError);
}

}  // namespace
}  // namespace fovea::test
