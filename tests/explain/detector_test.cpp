/// A small network that finds red and blue squares, in YOLOX's form: its boxes in photos, and their maps.
#include "fovea/detect.hpp"

#include "fixtures.hpp"
#include "fovea/error.hpp"
#include "support/squares_detector.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace fovea {
namespace {

using test::built;
using test::squares_detector;
using test::two_squares;

const Labels kLabels(std::vector<Label>{{"", "red"}, {"", "blue"}});

double energy_in(const Explanation& map, const Image& photo, const RealBox& box) {
  const auto values = map.map.data<float>();
  const std::int64_t height = map.map.shape()[0], width = map.map.shape()[1];
  double sum = 0;
  for (std::int64_t y = 0; y < height; ++y)
    for (std::int64_t x = 0; x < width; ++x) {
      const double px =
          (static_cast<double>(x) + 0.5) * static_cast<double>(photo.width) / static_cast<double>(width);
      const double py =
          (static_cast<double>(y) + 0.5) * static_cast<double>(photo.height) / static_cast<double>(height);
      if (px >= box.x0 && px < box.x1 && py >= box.y0 && py < box.y1)
        sum += std::pow(values[static_cast<std::size_t>(y * width + x)], 2);
    }
  return sum;
}

TEST(Detector, finds_objects_and_maps_their_boxes_back_to_the_photo) {
  Detector detect(built(squares_detector()), {.labels = kLabels});
  EXPECT_EQ(detect.decoder(), "yolox");
  const std::vector<Detection> found = detect(two_squares());
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].label, "blue");
  EXPECT_EQ(found[0].box, (RealBox{80, 48, 96, 64}));
  EXPECT_EQ(found[1].label, "red");
  EXPECT_EQ(found[1].box, (RealBox{16, 32, 32, 48}));
  EXPECT_EQ(found[0].number, 1);
  EXPECT_EQ(found[1].number, 2);
  EXPECT_EQ(detect.explain_options({found[1]}).labels->name(0), "2 red");
  const double blue = 1 / (1 + std::exp(-5.0)), blue_class = 1 / (1 + std::exp(-10.0));
  EXPECT_NEAR(found[0].score, blue * blue_class, 1e-3);
  EXPECT_GT(found[0].score, found[1].score);
  EXPECT_TRUE(Detector(built(squares_detector()), {.min_score = 0.999})(two_squares()).empty());
}

TEST(Detector, map_of_one_of_two_objects_stays_on_it) {
  const Model model = built(squares_detector());
  Detector detect(model, {.labels = kLabels});
  const Image photo = two_squares();
  const std::vector<Detection> found = detect(photo);
  for (const char* const method :
       {"gradient", "gradient-x-input", "integrated-gradients", "smoothgrad", "occlusion"}) {
    SCOPED_TRACE(method);
    ExplainOptions options = detect.explain_options(found);
    options.method = method;
    options.method_options.samples = 8;
    options.method_options.window = 0.125;
    options.method_options.stride = 0.125;
    Explainer explain(model, options);
    const FramedPhoto framed = explain.frame(photo);
    for (std::size_t k = 0; k < 2; ++k) {
      const Explanation map = explain(framed, {.target = static_cast<std::int64_t>(k)});
      EXPECT_NEAR(map.target.score, found[k].score, 1e-5);
      EXPECT_EQ(map.region, (Rect{0, 0, 128, 96})) << "without the margin";
      EXPECT_EQ(map.map.shape(), (Shape{48, 64}));
      EXPECT_GT(energy_in(map, photo, found[k].box), 2 * energy_in(map, photo, found[1 - k].box));
      EXPECT_EQ(map.label, k == 0 ? "1 blue" : "2 red");
    }
  }
}

/// The box of a cell does not depend on the picture in this network, except by 0 times it.
TEST(Detector, side_of_a_box_is_a_target) {
  const Model model = built(squares_detector());
  Detector detect(model, {.labels = kLabels});
  const std::vector<Detection> found = detect(two_squares());
  for (const auto& [side, position] : {std::pair{BoxSide::Left, 40.0}, std::pair{BoxSide::Top, 24.0},
                                       std::pair{BoxSide::Right, 48.0}, std::pair{BoxSide::Bottom, 32.0}}) {
    Explainer explain(model, detect.explain_options({found[0]}, side));
    EXPECT_NEAR(explain(two_squares()).target.score, position, 1e-4) << name_of(side);
  }
}

TEST(Detector, layer_of_class_activation_maps_is_one_that_all_boxes_share) {
  const Model model = built(squares_detector());
  const ExplainOptions options = Detector(model).explain_options({Detection{{}, 0, "", 0, 0}});
  EXPECT_EQ(options.method_options.layer, "fine") << "the grid's cells in a row, before those of others";
}

TEST(Detector, refuses_options_out_of_range) {
  const Model model = built(squares_detector());
  EXPECT_THROW(Detector(model, {.decoder = "yolo"}), InputError);
  EXPECT_THROW(Detector(model, {.min_score = 1.5}), InputError);
  EXPECT_THROW(Detector(model, {.max_overlap = -0.1}), InputError);
  EXPECT_THROW(Detector(model, {.most = 0}), InputError);
  EXPECT_THROW(Detector(model).explain_options({}), InputError);
  EXPECT_THROW(Detector(model, {.labels = Labels(std::vector<Label>{{"", "one"}})}), InputError);
}

}  // namespace
}  // namespace fovea
