#include "fovea/segment.hpp"

#include "fovea/error.hpp"
#include "segment/support.hpp"

#include <gtest/gtest.h>

#include <set>

namespace fovea::test {
namespace {

const std::vector<std::string> kThree = {"##......",  //
                                         "..#.....",  //
                                         "......##",  //
                                         ".....###",  //
                                         "#......."};

TEST(Components, ByCornerOrByEdge) {
  const Mask mask = drawn(kThree);
  const Components eight = connected_components(mask);
  ASSERT_EQ(eight.components.size(), 3U);
  EXPECT_EQ(eight.components[0].area, 5);
  EXPECT_EQ(eight.components[0].box, (Box{5, 2, 8, 4}));
  EXPECT_EQ(eight.components[1].area, 3);
  EXPECT_EQ(eight.components[1].box, (Box{0, 0, 3, 2}));
  EXPECT_EQ(eight.components[2].box, (Box{0, 4, 1, 5}));
  EXPECT_EQ(eight.labels[0], 2);
  EXPECT_EQ(eight.labels[3 * 8 + 5], 1);
  EXPECT_EQ(eight.labels[4 * 8], 3);
  EXPECT_EQ(eight.labels[2], 0);
  EXPECT_EQ(connected_components(mask, Connectivity::Four).components.size(), 4U);
}

TEST(Components, Boxes) {
  const Mask mask = drawn(kThree);
  EXPECT_EQ(largest_component_box(mask), (Box{5, 2, 8, 4}));
  EXPECT_EQ(component_boxes(mask).size(), 3U);
  EXPECT_EQ(component_boxes(mask, 0.6).size(), 2U);
  EXPECT_EQ(component_boxes(mask, 1.0).size(), 1U);
  EXPECT_EQ(sizeable_components_box(mask, 0.0), (Box{0, 0, 8, 5}));
  EXPECT_EQ(sizeable_components_box(mask, 0.6), (Box{0, 0, 8, 4}));
  EXPECT_EQ(sizeable_components_box(mask, 1.0), (Box{5, 2, 8, 4}));
  const Mask pair = drawn({"#.#"});
  EXPECT_EQ(sizeable_components_box(pair, 1.0), largest_component_box(pair));
  EXPECT_EQ(largest_component_box(pair), (Box{0, 0, 1, 1}));
}

TEST(Components, NothingAndEverything) {
  const Mask none = Mask::blank(4, 3);
  EXPECT_TRUE(connected_components(none).components.empty());
  EXPECT_TRUE(largest_component_box(none).empty());
  EXPECT_TRUE(sizeable_components_box(none).empty());
  EXPECT_TRUE(component_boxes(none).empty());
  EXPECT_EQ(largest_component_box(Mask::blank(4, 3, 1)), (Box{0, 0, 4, 3}));
  EXPECT_EQ(largest_component_box(Mask::blank(1, 1, 1)), (Box{0, 0, 1, 1}));
}

/// Labels agree exactly where repeated spreading of the smallest index ends in the same index.
TEST(Components, EqualsASlowSpreading) {
  Dice dice(2);
  for (int trial = 0; trial < 200; ++trial) {
    Mask mask = Mask::blank(1 + dice(12), 1 + dice(12));
    for (std::uint8_t& pixel : mask.pixels)
      pixel = dice(5) < 2;
    const bool four = dice(2) != 0;
    std::vector<std::int64_t> root(mask.pixels.size());
    for (std::size_t i = 0; i < root.size(); ++i)
      root[i] = static_cast<std::int64_t>(i);
    for (bool changed = true; changed;) {
      changed = false;
      for (std::int64_t p = 0; p < mask.width * mask.height; ++p)
        for (std::int64_t q = 0; q < mask.width * mask.height; ++q) {
          const std::int64_t dx = std::abs(p % mask.width - q % mask.width);
          const std::int64_t dy = std::abs(p / mask.width - q / mask.width);
          if (dx > 1 || dy > 1 || (four && dx + dy > 1) || !mask.pixels[static_cast<std::size_t>(p)] ||
              !mask.pixels[static_cast<std::size_t>(q)])
            continue;
          if (root[static_cast<std::size_t>(q)] < root[static_cast<std::size_t>(p)]) {
            root[static_cast<std::size_t>(p)] = root[static_cast<std::size_t>(q)];
            changed = true;
          }
        }
    }
    const Components found = connected_components(mask, four ? Connectivity::Four : Connectivity::Eight);
    std::set<std::pair<std::int64_t, std::int32_t>> pairs;
    std::vector<std::int64_t> areas(found.components.size());
    for (std::size_t i = 0; i < root.size(); ++i) {
      ASSERT_EQ(found.labels[i] != 0, mask.pixels[i] != 0);
      if (found.labels[i] == 0)
        continue;
      pairs.insert({root[i], found.labels[i]});
      ++areas[static_cast<std::size_t>(found.labels[i] - 1)];
    }
    ASSERT_EQ(pairs.size(), found.components.size());
    for (std::size_t i = 0; i < areas.size(); ++i) {
      ASSERT_EQ(areas[i], found.components[i].area);
      ASSERT_TRUE(i == 0 || areas[i] <= areas[i - 1]);
    }
  }
}

TEST(Components, Pictures) {
  const Components found = connected_components(drawn({"##.#"}));
  EXPECT_EQ(to_image(found).pixels, (std::vector<std::uint8_t>{1, 1, 0, 2}));
  EXPECT_EQ(component_mask(found, 2), drawn({"...#"}));
  EXPECT_THROW(component_mask(found, 3), InputError);
  EXPECT_THROW(component_mask(found, 0), InputError);
  Mask many = Mask::blank(601, 1);
  for (std::int64_t x = 0; x < 601; x += 2)
    many.at(x, 0) = 1;
  EXPECT_EQ(to_image(connected_components(many)).pixels.back(), 255);
}

TEST(Components, RefusesWhatIsNoMask) {
  EXPECT_THROW(connected_components(Mask{2, 2, {1}}), InputError);
  EXPECT_THROW(component_boxes(drawn({"#"}), 1.5), InputError);
  EXPECT_THROW(component_boxes(drawn({"#"}), std::nan("")), InputError);
}

TEST(Boxes, IntersectionOverUnion) {
  const Box a{0, 0, 4, 4};
  EXPECT_DOUBLE_EQ(intersection_over_union(a, a), 1);
  EXPECT_DOUBLE_EQ(intersection_over_union(a, {2, 2, 6, 6}), 4.0 / 28);
  EXPECT_DOUBLE_EQ(intersection_over_union(a, {4, 0, 8, 4}), 0);
  EXPECT_DOUBLE_EQ(intersection_over_union(a, {-2, -2, 9, 9}), 16.0 / 121);
  EXPECT_DOUBLE_EQ(intersection_over_union(Box{}, Box{}), 0);
  EXPECT_DOUBLE_EQ(intersection_over_union(drawn({"##.."}), drawn({".##."})), 1.0 / 3);
  EXPECT_THROW(intersection_over_union(drawn({"##"}), drawn({"#"})), InputError);
}

TEST(Boxes, AsText) {
  EXPECT_EQ(to_json({1, 2, 30, 40}), R"({"x0":1,"y0":2,"x1":30,"y1":40})");
  EXPECT_EQ(to_csv({1, 2, 30, 40}), "1,2,30,40");
  EXPECT_EQ(box_csv_header(), "x0,y0,x1,y1");
}

TEST(Masks, AreDrawn) {
  const Colour red = {255, 0, 0};
  const Image photo = Image::blank(7, 5, 1, 100);
  const Image contour =
      draw_contour(photo, drawn({".......", ".#####.", ".#####.", ".#####.", "......."}), red, 1);
  const auto is_red = [&](const Image& image, std::int64_t x, std::int64_t y) {
    return image.at(x, y)[0] == 255 && image.at(x, y)[1] == 0;
  };
  EXPECT_EQ(contour.channels, 3);
  EXPECT_TRUE(is_red(contour, 1, 1) && is_red(contour, 5, 3) && is_red(contour, 3, 1));
  EXPECT_FALSE(is_red(contour, 0, 0) || is_red(contour, 3, 2));
  const Image box = draw_box(photo, {-3, 1, 4, 99}, red, 1);
  EXPECT_TRUE(is_red(box, 0, 1) && is_red(box, 3, 1) && is_red(box, 3, 4));
  EXPECT_FALSE(is_red(box, 0, 2) || is_red(box, 4, 1) || is_red(box, 0, 4) || is_red(box, 3, 0));
  EXPECT_EQ(draw_box(photo, {}, red).pixels, std::vector<std::uint8_t>(105, 100));
  const Image cut = cut_out(photo, Mask::blank(7, 5, 1));
  EXPECT_EQ(cut.pixels, std::vector<std::uint8_t>(105, 100));
  EXPECT_EQ(cut_out(photo, Mask::blank(7, 5)).pixels, std::vector<std::uint8_t>(105, 40));
  EXPECT_THROW(draw_contour(photo, Mask::blank(5, 7), red), InputError);
  EXPECT_THROW(draw_contour(photo, Mask::blank(7, 5), red, 0), InputError);
  EXPECT_THROW(draw_box(photo, {0, 0, 1, 1}, red, 0), InputError);
}

TEST(Masks, SurviveTheirPicture) {
  const Mask mask = drawn(kThree);
  EXPECT_EQ(mask.area(), 9);
  EXPECT_EQ(to_mask(to_image(mask)), mask);
  EXPECT_THROW(Mask::blank(0, 3), InputError);
}

}  // namespace
}  // namespace fovea::test
