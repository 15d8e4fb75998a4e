#include "model_builder.hpp"

#include "onnx/import/resampling.hpp"

namespace fovea::onnx_import {
namespace {

using Attributes = std::vector<Attribute>;
using Values = std::vector<float>;

/// A row of floats resized to that many elements.
Values resize(const Values& x, std::int64_t out, const Attributes& attributes, int opset = 18) {
  ImportBuilder m(opset);
  const auto count = static_cast<std::int64_t>(x.size());
  m.input("x", {1, count}).output("y").list("sizes", {1, out});
  m.node("Resize", {"x", "", "", "sizes"}, {"y"}, attributes, "n");
  return to_vector<float>(run(m.import(), {floats({1, count}, x)})[0]);
}

void expect_near(const Values& found, const Values& expected) {
  ASSERT_EQ(found.size(), expected.size());
  for (std::size_t i = 0; i < found.size(); ++i)
    EXPECT_NEAR(found[i], expected[i], 1e-5) << "element " << i;
}

TEST(Resize, ReadsCoordinatesByTheMode) {
  const auto linear = [](const char* coordinates) {
    return resize({0, 10, 20}, 6, {{"mode", "linear"}, {"coordinate_transformation_mode", coordinates}});
  };
  expect_near(linear("half_pixel"), {0, 2.5, 7.5, 12.5, 17.5, 20});
  expect_near(linear("half_pixel_symmetric"), {0, 2.5, 7.5, 12.5, 17.5, 20});
  expect_near(linear("align_corners"), {0, 4, 8, 12, 16, 20});
  expect_near(linear("asymmetric"), {0, 5, 10, 15, 20, 20});
  expect_model_error([&] { linear("sideways"); }, {"(Resize)", "unexpected value 'sideways'"});
}

TEST(Resize, ChoosesTheNearestAsTold) {
  const auto nearest = [](const char* rounding) {
    return resize({0, 1, 2, 3, 4, 5}, 3,
                  {{"coordinate_transformation_mode", "half_pixel"}, {"nearest_mode", rounding}});
  };
  EXPECT_EQ(nearest("round_prefer_floor"), Values({0, 2, 4}));  // at 0.5, 2.5, 4.5
  EXPECT_EQ(nearest("round_prefer_ceil"), Values({1, 3, 5}));
  EXPECT_EQ(nearest("floor"), Values({0, 2, 4}));
  EXPECT_EQ(nearest("ceil"), Values({1, 3, 5}));
}

TEST(Resize, WidensTheTriangleWithAntialias) {
  // Half as many: a triangle of radius 2 around 0.5 and 2.5, weights 1/8 3/8 3/8 1/8, edges repeated.
  expect_near(resize({8, 16, 24, 32}, 2, {{"mode", "linear"}, {"antialias", 1}}), {13, 27});
  expect_near(resize({8, 16, 24, 32}, 2, {{"mode", "linear"}, {"antialias", 1}, {"exclude_outside", 1}}),
              {96.0F / 7, 184.0F / 7});
  expect_near(resize({8, 16, 24, 32}, 2, {{"mode", "linear"}}), {12, 28});
}

TEST(Resize, KeepsTheAspectRatio) {
  ImportBuilder m(18);
  m.input("x", {1, 1, 4, 8}).output("y").list("sizes", {8, 8});
  m.node("Resize", {"x", "", "", "sizes"}, {"y"},
         {{"axes", Dims{2, 3}}, {"keep_aspect_ratio_policy", "not_larger"}}, "n");
  EXPECT_EQ(output_shape(m.import()), Shape({1, 1, 4, 8}));
  m.graph().mutable_node(0)->mutable_attribute(1)->set_s("not_smaller");
  EXPECT_EQ(output_shape(m.import()), Shape({1, 1, 8, 16}));
}

TEST(Resize, TakesScalesAsFloat32MeansThem) {
  const auto extent = [](int opset, const std::vector<std::string>& inputs, float scale) {
    ImportBuilder m(opset);
    m.input("x", {1, 10})
        .output("y")
        .weight("scales", {2}, {1, scale})
        .node("Resize", inputs, {"y"}, {}, "n");
    return output_shape(m.import())[1];
  };
  EXPECT_EQ(extent(13, {"x", "", "scales"}, 0.7F), 7);
  EXPECT_EQ(extent(10, {"x", "scales"}, 2.55F), 25);
  expect_model_error([&] { extent(13, {"x", "", "scales"}, 0.0F); }, {"(Resize)", "the scale 0"});
}

TEST(Upsample, RepeatsElements) {
  ImportBuilder m(9);
  m.input("x", {1, 2}).output("y").weight("scales", {2}, {1, 3}).node("Upsample", {"x", "scales"}, {"y"});
  EXPECT_EQ(to_vector<float>(run(m.import(), {floats({1, 2}, {4, 5})})[0]), Values({4, 4, 4, 5, 5, 5}));
}

TEST(Taps, OfCubicConvolutionSumToOne) {
  const Taps taps = taps_of({.in = 7, .out = 12, .scale = 12.0 / 7, .mode = "cubic"});
  ASSERT_EQ(taps.taps, 4);
  for (std::size_t i = 0; i < 12; ++i) {
    double sum = 0;
    for (std::size_t k = 0; k < 4; ++k)
      sum += taps.weights[i * 4 + k];
    EXPECT_NEAR(sum, 1, 1e-12);
  }
}

}  // namespace
}  // namespace fovea::onnx_import
