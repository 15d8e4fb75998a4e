#include "report/map_figure.hpp"

#include "report/result_text.hpp"

#include <gtest/gtest.h>

namespace fovea::test {
namespace {

Explanation explanation(const std::string& method) {
  Explanation result;
  result.method = method;
  result.values = method_info(method).values;
  result.target = {130, 24.31, 0.997};
  result.label = "flamingo";
  result.seen = Image::blank(8, 6, 3, 90);
  result.map = Tensor(DType::F32, {6, 8});
  result.map.data<float>()[5] = 6.1e-9F;
  result.relevance = Tensor(DType::F32, {1, 6, 8});
  result.relevance.data<float>()[5] = -2;
  return result;
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST(MapFigure, SaysWhatItShowsInWords) {
  const Explanation result = explanation("smoothgrad");
  MapFigureOptions options{.network = "squeezenet", .range = {100, 1}, .photo = "a.jpg"};
  options.method_options.samples = 30;
  const Figure figure = map_figure({&result, 1}, options);
  EXPECT_EQ(figure.heading, "flamingo");
  EXPECT_EQ(figure.details, "Class 130 of squeezenet, score 24.31, probability 99.7 %");
  ASSERT_EQ(figure.panels.size(), 3U);
  EXPECT_EQ(figure.panels[0].caption, "a.jpg");
  EXPECT_EQ(figure.panels[1].title, "SmoothGrad");
  EXPECT_TRUE(contains(figure.panels[1].caption, "30 noisy copies, noise 15 % of the range"));
  EXPECT_TRUE(contains(figure.panels[1].caption, "Brightest: the maximum"));
  EXPECT_EQ(figure.panels[1].bar->high, "6.1 × 10⁻⁹");
  EXPECT_GT(draw(figure).width, 500);
}

TEST(MapFigure, PutsMethodsSideBySideAndOverlaysBelow) {
  const std::vector<Explanation> results = {explanation("gradient"), explanation("grad-cam"),
                                            explanation("lrp")};
  Panel model{Image::blank(9, 9, 3, 10), "Class model", ""};
  const Figure figure = map_figure(results, {.class_model = &model});
  EXPECT_EQ(figure.columns, 4);
  ASSERT_EQ(figure.panels.size(), 8U);
  EXPECT_EQ(figure.panels[2].title, "Grad-CAM");
  EXPECT_TRUE(contains(figure.panels[2].caption, "The last layer with a grid of positions"));
  EXPECT_EQ(figure.panels[4].title, "Class model");
  EXPECT_THROW(map_figure({}, {}), InputError);
}

TEST(MapFigure, ShowsSignsInADivergingColourMap) {
  const Explanation result = explanation("gradient");
  MapFigureOptions options{.range = {100, 1}};
  options.overlay.colormap = "blue-red";
  const Panel panel = map_figure({&result, 1}, options).panels[1];
  EXPECT_EQ(panel.bar->low, "-2");
  EXPECT_EQ(panel.bar->middle, "0");
  EXPECT_EQ(panel.bar->high, "2");
  const std::uint8_t* negative = panel.image.at(5, 0);
  EXPECT_GT(negative[2], negative[0] + 50);  // blue
  EXPECT_GT(panel.image.at(0, 0)[0], 240);   // 0 is white
}

TEST(ResultText, WritesNumbersForPeople) {
  EXPECT_EQ(number_text(0), "0");
  EXPECT_EQ(number_text(0.01234), "0.0123");
  EXPECT_EQ(number_text(6.1e-9), "6.1 × 10⁻⁹");
  EXPECT_EQ(number_text(-2.5e12), "-2.5 × 10¹²");
}

TEST(DescribeMethod, NamesTheOptionsThatItUses) {
  MethodOptions options;
  options.layer = "relu5";
  options.smooth = 20;
  EXPECT_EQ(describe_method("grad-cam", options),
            "Grad-CAM: layer relu5; averaged over 20 noisy copies, noise 15 % of the range");
  EXPECT_EQ(describe_method("rise"), "RISE: 4000 masks of 7 x 7 cells, 50 % of them shown");
  EXPECT_EQ(describe_method("integrated-gradients"),
            "Integrated gradients: 50 steps from the mean colour; the largest of each pixel's channels");
  for (const std::string& name : method_names())
    EXPECT_GT(describe_method(name).size(), std::string(method_info(name).title).size() + 2) << name;
}

}  // namespace
}  // namespace fovea::test
