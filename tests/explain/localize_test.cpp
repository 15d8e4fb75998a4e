#include "fovea/localize.hpp"

#include "fixtures.hpp"
#include "fovea/error.hpp"
#include "fovea/preprocessing.hpp"
#include "support/tensors.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace fovea {
namespace {

using test::built;
using test::explainer_of;
using test::hill;
using test::looks_at_the_middle;
using test::scene;

TEST(ResizeMap, KeepsAMapOfTheSameSize) {
  const Tensor map = hill(7, 5, 0.3, 0.6);
  const Tensor same = resize_map(map, 7, 5);
  ASSERT_EQ(same.shape(), map.shape());
  for (std::size_t i = 0; i < 35; ++i)
    EXPECT_EQ(same.data<float>()[i], map.data<float>()[i]);
}

TEST(ResizeMap, InterpolatesBetweenPixelCentres) {
  Tensor map(DType::F64, {1, 2});
  map.data<double>()[0] = 1;
  map.data<double>()[1] = 5;
  const Tensor wide = resize_map(map, 4, 3);
  ASSERT_EQ(wide.shape(), Shape({3, 4}));
  for (std::size_t y = 0; y < 3; ++y) {
    const float expected[] = {1, 2, 4, 5};
    for (std::size_t x = 0; x < 4; ++x)
      EXPECT_FLOAT_EQ(wide.data<float>()[y * 4 + x], expected[x]);
  }
}

TEST(ResizeMap, AReductionAveragesWithATriangle) {
  Tensor map(DType::F32, {6, 1});
  for (std::size_t i = 0; i < 6; ++i)
    map.data<float>()[i] = static_cast<float>(i * i);
  const Tensor half = resize_map(map, 1, 3);
  // Weights 1 3 3 1 around each centre; what falls outside is left out.
  EXPECT_FLOAT_EQ(half.data<float>()[0], (3 * 0 + 3 * 1 + 1 * 4) / 7.0F);
  EXPECT_FLOAT_EQ(half.data<float>()[1], (1 * 1 + 3 * 4 + 3 * 9 + 1 * 16) / 8.0F);
  EXPECT_FLOAT_EQ(half.data<float>()[2], (1 * 9 + 3 * 16 + 3 * 25) / 7.0F);
}

TEST(Localize, SpreadsAMapOfASmallPartOverTheObject) {
  const Box object = {20, 10, 70, 50};
  const Image photo = scene(120, 80, {object});
  // The map is of another size and lies within the object.
  const Tensor map = hill(30, 24, 40.0 / 120, 30.0 / 80);
  LocalizeOptions narrow;
  narrow.seeds = {0.95, 0.30};
  narrow.box_level = 0;
  for (const LocalizeOptions& options : {narrow, paper_localize_options()}) {
    const Localization found = localize(photo, map, options);
    EXPECT_EQ(found.box, object) << to_json(found.box);
    EXPECT_EQ(found.mask.area(), object.area());
    EXPECT_EQ(found.mask.width, 120);
    EXPECT_EQ(found.map.shape(), Shape({80, 120}));
    EXPECT_EQ(found.seeds.count(Seed::Foreground), 480);
    EXPECT_EQ(found.energies.size(), 1U);
    EXPECT_EQ(found.energies.back(), found.energy);
    EXPECT_TRUE(std::isfinite(found.energy));
  }
}

TEST(Localize, ALargePhotoIsSegmentedSmallerAndTheMaskBroughtBack) {
  const Box object = {60, 30, 210, 150};
  const Image photo = scene(360, 240, {object});
  LocalizeOptions options;
  options.seeds = {0.95, 0.30};
  options.box_level = 0;
  options.max_side = 90;
  const Localization found = localize(photo, hill(30, 24, 120.0 / 360, 90.0 / 240), options);
  EXPECT_EQ(found.seen.width, 90);
  EXPECT_EQ(found.seen.height, 60);
  EXPECT_EQ(found.seeds.width, 90);
  EXPECT_EQ(found.mask.width, 360);
  EXPECT_EQ(found.mask.height, 240);
  EXPECT_GT(intersection_over_union(found.box, object), 0.93);
  options.max_side = 0;
  EXPECT_EQ(localize(photo, hill(30, 24, 120.0 / 360, 90.0 / 240), options).box, object);
}

TEST(Localize, TheBoxHoldsTheLargestPartOrAllSizeableOnes) {
  const Box large = {10, 10, 60, 60}, small = {80, 20, 100, 50};
  const Image photo = scene(120, 80, {large, small});
  Trimap seeds = Trimap::blank(120, 80);
  for (std::int64_t x = 20; x < 50; ++x) {
    seeds.at(x, 30) = Seed::Foreground;
    seeds.at(x, 75) = Seed::Background;
  }
  LocalizeOptions options;
  options.min_fraction = 0.2;  // the small one is 600 of 2500 pixels
  EXPECT_EQ(localize(photo, seeds, options).box, (Box{10, 10, 100, 60}));
  options.min_fraction = 0.3;
  EXPECT_EQ(localize(photo, seeds, options).box, large);
  options.min_fraction = 0.2;
  options.box = BoxRule::LargestComponent;
  EXPECT_EQ(localize(photo, seeds, options).box, large);
}

TEST(Localize, AStarAroundTheStrokesLeavesOutWhatIsNotConnected) {
  const Box large = {10, 10, 60, 60}, small = {80, 20, 100, 50};
  const Image photo = scene(120, 80, {large, small});
  const Trimap seeds = seeds_from_points({{30, 30}}, {{70, 70}}, 120, 80);
  LocalizeOptions options;
  options.segment.smoothness = 5;
  EXPECT_EQ(connected_components(localize(photo, seeds, options).mask).components.size(), 2U);
  options.star.emplace();
  const Localization found = localize(photo, seeds, options);
  EXPECT_EQ(connected_components(found.mask).components.size(), 1U);
  EXPECT_TRUE(
      is_star_convex(found.mask, geodesic_forest(photo, points_of(seeds, Seed::Foreground), *options.star)));
}

TEST(Localize, AStarAroundTheMapsPeaksIsInOnePiecePerPeak) {
  const Image photo = scene(120, 80, {{10, 10, 60, 60}, {80, 20, 100, 50}});
  LocalizeOptions options;
  options.smoothing = 0;
  options.star.emplace();
  options.peaks.max_count = 1;
  const Localization found = localize(photo, hill(120, 80, 0.3, 0.4), options);
  EXPECT_TRUE(is_star_convex(found.mask, geodesic_forest(photo, find_peaks(found.map, options.peaks))));
  EXPECT_EQ(connected_components(found.mask).components.size(), 1U);
}

TEST(Localize, StrokesHoldBesideAMap) {
  // The map marks the middle; strokes call a part of it background and a far corner object.
  const Image photo = scene(60, 48, {{20, 16, 40, 32}});
  const Tensor map = hill(photo.width, photo.height, 0.5, 0.5);
  Trimap seeds = Trimap::blank(photo.width, photo.height);
  for (std::int64_t i = 0; i < 4; ++i) {
    seeds.at(photo.width / 2 + i, photo.height / 2) = Seed::Background;
    seeds.at(i, photo.height - 2) = Seed::Foreground;
  }
  const auto expect_kept = [&](const Localization& found) {
    EXPECT_EQ(found.mask.width, photo.width);
    for (std::size_t i = 0; i < seeds.pixels.size(); ++i)
      if (seeds.pixels[i] != Seed::Unknown) {
        EXPECT_EQ(found.mask.pixels[i] != 0, seeds.pixels[i] == Seed::Foreground) << i;
      }
  };
  LocalizeOptions options;
  expect_kept(localize(photo, std::span(&map, 1), seeds, options));
  options.prior.reset();
  expect_kept(localize(photo, std::span(&map, 1), seeds, options));
  // Without seeds of the user the map is all there is.
  const Trimap none = Trimap::blank(photo.width, photo.height);
  options.max_side = 0;
  EXPECT_EQ(localize(photo, std::span(&map, 1), none, options).mask, localize(photo, map, options).mask);
  options.prior.emplace();
  EXPECT_EQ(localize(photo, std::span(&map, 1), none, options).mask, localize(photo, map, options).mask);
  EXPECT_THROW(localize(photo, std::span(&map, 1), Trimap::blank(3, 3), options), InputError);
}

TEST(Localize, MapsThatCannotBeUsedAreErrors) {
  const Image photo = scene(20, 10, {{5, 2, 15, 8}});
  Tensor flat(DType::F32, {10, 20});
  EXPECT_EQ(test::message_of<InputError>([&] { localize(photo, flat); }),
            "a map without contrast gives no seeds: all its values are 0");
  EXPECT_THROW(localize(Image::blank(1, 1, 3, 9), hill(1, 1, 0.5, 0.5)), InputError);
  flat.data<float>()[7] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_THROW(localize(photo, flat), InputError);
  EXPECT_THROW(localize(photo, Tensor(DType::F32, {1, 10, 20})), InputError);
  EXPECT_THROW(localize(photo, Trimap::blank(19, 10, Seed::Foreground)), InputError);
  EXPECT_THROW(localize(photo, Trimap::blank(20, 10, Seed::Background)), InputError);
  EXPECT_THROW(localize(photo, Trimap::blank(20, 10, Seed::Foreground)), InputError);
}

TEST(Localize, OptionsOutOfRangeAreErrors) {
  const Image photo = scene(20, 10, {{5, 2, 15, 8}});
  const Tensor map = hill(20, 10, 0.5, 0.5);
  for (int which = 0; which < 5; ++which) {
    LocalizeOptions options;
    if (which == 0)
      options.smoothing = -0.1;
    if (which == 1)
      options.min_fraction = 1.5;
    if (which == 2)
      options.max_side = -1;
    if (which == 3)
      options.seeds = {0.3, 0.5};
    if (which == 4)
      options.smoothing = std::numeric_limits<double>::quiet_NaN();
    EXPECT_THROW(localize(photo, map, options), InputError) << which;
  }
}

TEST(Localize, APhotoOfOneColourStillHasItsSeeds) {
  const Localization found = localize(Image::blank(40, 30, 3, 77), hill(10, 10, 0.5, 0.5));
  EXPECT_TRUE(std::isfinite(found.energy));
  EXPECT_GE(found.mask.area(), found.seeds.count(Seed::Foreground));
  EXPECT_FALSE(found.box.empty());
}

TEST(Localize, ThePaperTakesTheMapAsItIs) {
  const LocalizeOptions paper = paper_localize_options();
  EXPECT_EQ(paper.seeds.foreground_quantile, 0.95);
  EXPECT_EQ(paper.seeds.background_quantile, 0.30);
  EXPECT_EQ(paper.smoothing, 0);
  EXPECT_EQ(paper.box, BoxRule::LargestComponent);
  EXPECT_GE(paper.max_side, 500);
  EXPECT_EQ(paper.segment.iterations, 1);
  EXPECT_EQ(paper.segment.foreground_seeds, SeedStrength::Hard);
  EXPECT_FALSE(paper.star);
}

TEST(LocalizeClass, TheWholePhotoIsSqueezedAndTheBoxIsInItsOwnPixels) {
  const Box object = {60, 20, 140, 60};
  const Image photo = scene(200, 80, {object});
  const Model model = looks_at_the_middle(20);
  Explainer explain = explainer_of(model, {.crops = Crops::Whole});
  const LocalizedClass found = localize(explain, photo, {.target = 0}, paper_localize_options());
  EXPECT_EQ(found.explanation.target.index, 0);
  EXPECT_EQ(found.explanation.map.shape(), Shape({20, 20}));
  EXPECT_EQ(found.explanation.region, (Rect{0, 0, 200, 80}));
  EXPECT_EQ(found.explanation.seen.pixels, resize(photo, 20, 20).pixels);
  EXPECT_EQ(found.object.box, object) << to_json(found.object.box);
}

TEST(LocalizeClass, OneCropIsAnError) {
  const Model model = looks_at_the_middle(8);
  Explainer explain = explainer_of(model);
  EXPECT_EQ(test::message_of<InputError>([&] { localize(explain, scene(30, 20, {}), {.target = 0}); }),
            "the map of the centre crop does not cover the photo: take the whole photo or ten crops");
}

TEST(LocalizeClass, AClassWithoutGradientIsAnError) {
  const Model model = looks_at_the_middle(8);
  Explainer explain = explainer_of(model, {.crops = Crops::Ten});
  EXPECT_EQ(test::message_of<InputError>([&] { localize(explain, scene(30, 20, {}), {.target = 1}); }),
            "a map without contrast gives no seeds: all its values are 0");
}

}  // namespace
}  // namespace fovea
