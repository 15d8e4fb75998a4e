#include "report/map_figure.hpp"

#include "fovea/error.hpp"
#include "report/map_caption.hpp"
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
  result.region = {4, 0, 64, 48};
  result.map = Tensor(DType::F32, {6, 8});
  result.map.data<float>()[5] = 6.1e-9F;
  result.relevance = Tensor(DType::F32, {1, 6, 8});
  result.relevance.data<float>()[5] = -2;
  return result;
}

/// A photo of which the explanations' region is the right part.
Image photo() {
  Image picture = Image::blank(68, 48, 3, 120);
  for (std::int64_t x = 0; x < picture.width; ++x)
    picture.at(x, 7)[0] = static_cast<std::uint8_t>(x);
  return picture;
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST(MapFigure, SaysWhatItShowsInWords) {
  const Explanation result = explanation("smoothgrad");
  MapFigureOptions options{.network = "squeezenet", .range = {100, 1}, .photo = "a.jpg"};
  options.method_options.samples = 30;
  const Figure figure = map_figure({&result, 1}, photo(), options);
  EXPECT_EQ(figure.heading, "flamingo");
  EXPECT_EQ(figure.details, "Class 130 of squeezenet, score 24.31, probability 99.7 %");
  ASSERT_EQ(figure.panels.size(), 3U);
  EXPECT_EQ(figure.panels[0].caption, "a.jpg");
  EXPECT_EQ(figure.panels[1].title, "SmoothGrad");
  EXPECT_TRUE(contains(figure.panels[1].caption, "30 noisy copies, noise 15 % of the range"));
  EXPECT_TRUE(contains(figure.panels[1].caption, "Brightest: the maximum"));
  EXPECT_EQ(figure.panels[1].bar->high, "6.1 × 10⁻⁹");
  EXPECT_EQ(figure.panels[1].bar->low, "0");
  EXPECT_TRUE(contains(figure.panels[1].bar->middle, " × 10⁻⁹"));
  EXPECT_GT(draw(figure).width, 500);
}

/// The region begins at x = 4 of the photo and is shown in the photo's pixels.
TEST(MapFigure, MarksTheExplainedBoxAndItsSide) {
  const Explanation result = explanation("gradient");
  MapFigureOptions options{.overlay = {.colormap = "blue-red"}, .is_target = true};
  options.box = ExplainedBox{{24, 10, 44, 30}, {}};
  const Colour bright = {90, 255, 90};
  const auto colour = [](const Image& image, std::int64_t x, std::int64_t y) {
    return Colour{image.at(x, y)[0], image.at(x, y)[1], image.at(x, y)[2]};
  };
  const Figure figure = map_figure({&result, 1}, photo(), options);
  for (const std::size_t panel : {0U, 2U}) {
    EXPECT_EQ(colour(figure.panels[panel].image, 20, 20), bright) << "left";
    EXPECT_EQ(colour(figure.panels[panel].image, 39, 20), bright) << "right";
    EXPECT_NE(colour(figure.panels[panel].image, 30, 20), bright) << "inside";
  }
  const Image& map = figure.panels[1].image;
  for (std::int64_t y = 0; map.channels == 3 && y < map.height; ++y)
    for (std::int64_t x = 0; x < map.width; ++x)
      ASSERT_NE(colour(map, x, y), bright) << "the map alone stays as it is";
  EXPECT_TRUE(contains(figure.panels[1].caption, "Red raises the score"));
  options.box->side = BoxSide::Top;
  const Figure side = map_figure({&result, 1}, photo(), options);
  EXPECT_EQ(colour(side.panels[0].image, 30, 11), bright) << "a thicker line";
  EXPECT_NE(colour(side.panels[0].image, 22, 20), bright);
  EXPECT_TRUE(contains(side.panels[1].caption, "Red moves the top side of the box down, blue up"));
}

TEST(MapFigure, PutsMethodsSideBySideAndOverlaysBelow) {
  const std::vector<Explanation> results = {explanation("gradient"), explanation("grad-cam"),
                                            explanation("lrp")};
  Panel model{Image::blank(9, 9, 3, 10), "Class model", ""};
  const Figure figure = map_figure(results, photo(), {.class_model = &model});
  EXPECT_EQ(figure.columns, 4);
  ASSERT_EQ(figure.panels.size(), 8U);
  EXPECT_EQ(figure.panels[2].title, "Grad-CAM");
  EXPECT_TRUE(contains(figure.panels[2].caption, "The last layer with a grid of positions"));
  EXPECT_EQ(figure.panels[4].title, "Class model");
  EXPECT_THROW(map_figure({}, photo(), {}), InputError);
}

TEST(MapFigure, ShowsManyMethodsOnThePhotoInRows) {
  const std::vector<Explanation> results(8, explanation("grad-cam"));
  const Figure figure = map_figure(results, photo(), {});
  ASSERT_EQ(figure.panels.size(), 9U);
  EXPECT_EQ(figure.columns, 6);
  EXPECT_EQ(figure.panels[0].title, "Photo");
  EXPECT_EQ(figure.panels[8].title, "Grad-CAM");
}

TEST(MapFigure, ShowsThePhotosOwnPixels) {
  const Explanation result = explanation("gradient");
  const Figure figure = map_figure({&result, 1}, photo(), {.range = {100, 1}, .overlay = {.alpha = 1}});
  const Image& shown = figure.panels[0].image;
  EXPECT_EQ(shown.width, 64);
  EXPECT_EQ(shown.height, 48);
  EXPECT_EQ(shown.at(9, 7)[0], 13);
  // The map keeps its pixels where it has the photo's proportions, and lies over the photo's.
  EXPECT_EQ(figure.panels[1].image.pixels, result.heat("inferno", {100, 1}).pixels);
  const Image& both = figure.panels[2].image;
  EXPECT_EQ(both.width, 64);
  EXPECT_EQ(both.at(3, 7)[0], 7);  // where the map is 0
  const Image far = Image::blank(30, 30, 3, 0);
  EXPECT_THROW(map_figure({&result, 1}, far, {}), InputError);
}

TEST(MapFigure, ShowsWhatTheNetworkSawOfPhotosWithFewerPixels) {
  Explanation result = explanation("gradient");
  result.region = {0, 0, 4, 3};
  EXPECT_EQ(map_figure({&result, 1}, photo(), {}).panels[0].image.width, result.seen.width);
}

TEST(MapFigure, GivesMapsOfSqueezedPhotosThePhotosProportions) {
  Explanation result = explanation("gradient");
  result.region = {0, 0, 68, 34};
  const Figure figure = map_figure({&result, 1}, photo(), {.crops = Crops::Whole, .photo = "a.jpg"});
  EXPECT_EQ(figure.panels[0].caption, "a.jpg, the whole photo, which the network saw squeezed to 8 × 6");
  EXPECT_EQ(figure.panels[1].image.width, 12);
  EXPECT_EQ(figure.panels[1].image.height, 6);
  EXPECT_EQ(figure.panels[2].image.width, 68);
}

TEST(MapFigure, ReducesLargePhotosToWhatIsPrinted) {
  Explanation result = explanation("gradient");
  result.region = {0, 0, 2400, 1800};
  const Figure figure = map_figure({&result, 1}, Image::blank(2400, 1800, 3, 50), {});
  EXPECT_EQ(figure.panels[0].image.height, 1000);
  EXPECT_EQ(figure.panels[0].image.width, 1333);
}

TEST(MapFigure, LeavesNoPlaceEmpty) {
  const std::vector<Explanation> results = {explanation("gradient"), explanation("grad-cam")};
  const Figure figure = map_figure(results, photo(), {});
  ASSERT_EQ(figure.panels.size(), 6U);
  EXPECT_EQ(figure.panels[3].title, "Network's input");
  EXPECT_EQ(figure.panels[3].caption, "8 × 6 pixels");
  for (const Panel& panel : figure.panels)
    EXPECT_GT(panel.image.width, 0);
}

TEST(MapFigure, ShowsSignsInADivergingColourMap) {
  const Explanation result = explanation("gradient");
  MapFigureOptions options{.range = {100, 1}};
  options.overlay.colormap = "blue-red";
  const Panel panel = map_figure({&result, 1}, photo(), options).panels[1];
  EXPECT_EQ(panel.bar->low, "-2");
  EXPECT_EQ(panel.bar->middle, "0");
  EXPECT_EQ(panel.bar->high, "2");
  const std::uint8_t* negative = panel.image.at(5, 0);
  EXPECT_GT(negative[2], negative[0] + 50);  // blue
  EXPECT_GT(panel.image.at(0, 0)[0], 240);   // 0 is white
}

TEST(ColourBars, TellWhereValuesExceedTheirEnds) {
  Tensor map(DType::F32, {1, 4});
  map.data<float>()[2] = 4;
  ColourBar bar = colour_bar("inferno", map, {0, 3});
  EXPECT_EQ(bar.low, "0");
  EXPECT_EQ(bar.middle, "1.5");
  EXPECT_EQ(bar.high, "≥ 3");
  bar = colour_bar("inferno", map, {1, 4}, 0.5);
  EXPECT_EQ(bar.low, "1");
  EXPECT_EQ(bar.middle, "");
  EXPECT_EQ(bar.high, "4");
  EXPECT_EQ(colour_bar("inferno", map, {0, 0}).middle, "");
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
