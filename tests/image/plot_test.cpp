#include "fovea/image.hpp"

#include "fovea/error.hpp"
#include "image/axis.hpp"
#include "image/figure.hpp"
#include "image/support.hpp"

#include <cmath>
#include <limits>

namespace fovea::test {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

std::vector<std::string> labels(const Axis& axis) {
  std::vector<std::string> labels;
  for (int i = 0; i <= axis.intervals; ++i)
    labels.push_back(axis.label(i));
  return labels;
}

TEST(Axis, HasRoundTicksAroundAllValues) {
  EXPECT_EQ(labels(axis_for(std::vector<double>{0, 1}, 6)),
            (std::vector<std::string>{"0.0", "0.2", "0.4", "0.6", "0.8", "1.0"}));
  EXPECT_EQ(labels(axis_for(std::vector<double>{-0.13, 0.2, kNone}, 4)),
            (std::vector<std::string>{"-0.2", "-0.1", "0.0", "0.1", "0.2"}));
  EXPECT_EQ(labels(axis_for(std::vector<double>{3, 26}, 6)),
            (std::vector<std::string>{"0", "5", "10", "15", "20", "25", "30"}));
  EXPECT_EQ(labels(axis_for(std::vector<double>{}, 5)).back(), "1.0");
  EXPECT_EQ(labels(axis_for(std::vector<double>{7, 7}, 8)).front(), "7");
}

TEST(Axis, OfCountsHasWholeNumbers) {
  EXPECT_EQ(labels(axis_for(std::vector<double>{0, 3}, 6, 1)),
            (std::vector<std::string>{"0", "1", "2", "3"}));
  EXPECT_EQ(labels(axis_for(std::vector<double>{0, 1}, 6, 1)), (std::vector<std::string>{"0", "1"}));
  EXPECT_EQ(labels(axis_for(std::vector<double>{0, 0}, 6, 1)), (std::vector<std::string>{"0", "1"}));
  EXPECT_EQ(labels(axis_for(std::vector<double>{0, 26}, 6, 1)),
            (std::vector<std::string>{"0", "5", "10", "15", "20", "25", "30"}));
}

TEST(Axis, ReachesEveryValueWithFewIntervals) {
  for (const double low : {-1234.5, -0.3, 0.0, 1e-5, 17.0})
    for (const double range : {1e-4, 0.37, 1.0, 9.99, 4321.0})
      for (const int most : {1, 4, 8}) {
        const double high = low + range;
        const Axis axis = axis_for(std::vector<double>{high, low}, most);
        EXPECT_LE(axis.intervals, most);
        EXPECT_LE(axis.first, low + 1e-6 * axis.step);
        EXPECT_GE(axis.last(), high - 1e-6 * axis.step);
      }
}

LinePlot example() {
  LinePlot plot{"A title", "across", "up", {}, {}, {0, 1}};
  plot.series.push_back({"first & <best>", {0, 1, 2}, {0, 0.5, 1}, {0, 0.4, 0.9}, {0.1, 0.6, 1}});
  plot.series.push_back({"random map", {0, 1, 2}, {0.2, 0.2, 0.2}, {}, {}, PlotRole::Control});
  return plot;
}

template <class T>
std::vector<T> marks_of(const Drawing& drawing) {
  std::vector<T> found;
  for (const Mark& mark : drawing.marks)
    if (const auto* one = std::get_if<T>(&mark))
      found.push_back(*one);
  return found;
}

constexpr Colour kFirst = {0, 114, 178};  // of the first result

std::vector<DrawnLine> lines_of(const Drawing& drawing, const Colour& colour) {
  std::vector<DrawnLine> found;
  for (const DrawnLine& line : marks_of<DrawnLine>(drawing))
    if (line.colour == colour)
      found.push_back(line);
  return found;
}

std::size_t count(const Drawing& drawing, const std::string& label) {
  std::size_t count = 0;
  for (const DrawnText& text : marks_of<DrawnText>(drawing))
    count += text.text == label ? 1 : 0;
  return count;
}

TEST(LinePlots, DrawEachSeriesWithItsBandAndLegend) {
  const Drawing drawing = lay_out(example());
  EXPECT_EQ(marks_of<DrawnArea>(drawing).size(), 1U);
  EXPECT_EQ(lines_of(drawing, kFirst).size(), 2U);  // line and legend
  std::size_t dashed = 0;
  for (const DrawnLine& line : marks_of<DrawnLine>(drawing))
    dashed += line.dashes.empty() ? 0 : 1;
  EXPECT_EQ(dashed, 2U);
  for (const char* label : {"first & <best>", "random map", "across", "up", "A title"})
    EXPECT_EQ(count(drawing, label), 1U) << label;
}

TEST(LinePlots, PutValuesWhereTheAxesSay) {
  // The axes go from 0 to 2 and from 0 to 1; the middle point of the first series lies in the middle.
  const std::vector<DrawnPoint> points = lines_of(lay_out(example()), kFirst).front().points;
  ASSERT_EQ(points.size(), 3U);
  EXPECT_NEAR(points[1].x, (points[0].x + points[2].x) / 2, 0.011);
  EXPECT_NEAR(points[1].y, (points[0].y + points[2].y) / 2, 0.011);
  EXPECT_NEAR(points[2].x - points[0].x, 660, 0.02);
  EXPECT_GT(points[0].y, points[2].y);
}

TEST(LinePlots, LeaveGapsWhereThereIsNoValue) {
  LinePlot plot = example();
  plot.series = {{"gaps", {0, 1, 2, 3, 4}, {0, 1, kNone, 1, 0}, {}, {}}};
  EXPECT_EQ(lines_of(lay_out(plot), kFirst).size(), 3U);
  plot.series[0].y = {kNone, kNone, kNone, kNone, kNone};
  EXPECT_EQ(lines_of(lay_out(plot), kFirst).size(), 1U);
}

/// No mark of a drawing lies outside of it, and no text on another one.
void expect_inside(const Drawing& drawing) {
  struct Box {
    double left, top, right, bottom;
  };
  std::vector<Box> boxes;
  for (const DrawnText& text : marks_of<DrawnText>(drawing)) {
    const TextSize size = measure(text);
    const double left = text.at.x - (text.anchor == Anchor::Right    ? size.width
                                     : text.anchor == Anchor::Middle ? size.width / 2
                                                                     : 0);
    const Box box{left, text.at.y, left + size.width, text.at.y + size.height};
    EXPECT_GE(box.left, 0) << text.text;
    EXPECT_LE(box.right, drawing.width) << text.text;
    EXPECT_GE(box.top, 0) << text.text;
    EXPECT_LE(box.bottom, drawing.height) << text.text;
    for (const Box& other : boxes)
      EXPECT_TRUE(box.left > other.right - 1 || box.right < other.left + 1 || box.top > other.bottom - 1 ||
                  box.bottom < other.top + 1)
          << text.text;
    boxes.push_back(box);
  }
  EXPECT_GT(boxes.size(), 4U);
}

BarPlot bars() {
  BarPlot plot{"Bars", "value", {}};
  plot.bars.push_back({"one", 0.5, 0.4, 0.62});
  plot.bars.push_back({"a method with a name that is far too long to stand on a single line of a plot", -0.25,
                       -0.3, -0.2, PlotRole::Control});
  plot.bars.push_back({"empty", kNone});
  return plot;
}

TEST(Plots, CutNoLabel) {
  LinePlot plot = example();
  plot.series[0].label = "w";
  expect_inside(lay_out(plot));
  plot.title =
      "A title that is much longer than the plot is wide, so that it must be broken into several lines, "
      "and then some";
  plot.x_label =
      "an axis with a label that is longer than it is itself, which is rare, and is written below it";
  plot.series.clear();
  for (int i = 0; i < 30; ++i)
    plot.series.push_back(
        {"a method with a very long name, number " + std::to_string(i), {0, 1e7}, {-12345.678, 4e5}, {}, {}});
  expect_inside(lay_out(plot));
  BarPlot many = bars();
  many.bars[0].label = "תווית ארוכה מאוד שנכתבת מימין לשמאל ואינה נכנסת בשורה אחת של התרשים הזה";
  expect_inside(lay_out(many));
  many.value_label = plot.x_label;
  many.bars = {{"x", 1}};
  expect_inside(lay_out(many));
}

TEST(BarPlots, WriteValuesAndIntervals) {
  const Drawing drawing = lay_out(bars());
  for (const char* label : {"0.500 [0.400, 0.620]", "-0.250 [-0.300, -0.200]", "none"})
    EXPECT_EQ(count(drawing, label), 1U) << label;
  EXPECT_EQ(marks_of<DrawnArea>(drawing).size(), 2U);
}

TEST(BarPlots, HaveWholeNumbersForCounts) {
  const Drawing drawing = lay_out(BarPlot{"Photos", "photos", {{"a", 1}, {"b", 2}}, {0}});
  EXPECT_EQ(count(drawing, "0.5"), 0U);
  EXPECT_EQ(count(drawing, "1"), 2U);  // the tick and the value
}

TEST(BarPlots, HaveBarsAsLongAsTheirValues) {
  std::vector<double> lengths;
  for (const DrawnArea& area : marks_of<DrawnArea>(lay_out(bars())))
    lengths.push_back(area.outline[1].x - area.outline[0].x);
  ASSERT_EQ(lengths.size(), 2U);
  EXPECT_NEAR(lengths[0] / lengths[1], -2, 0.001);
}

TEST(Plots, AreDrawnInTheirColoursAtTheirPlaces) {
  LinePlot plot = example();
  plot.series = {{"flat", {0, 2}, {0.5, 0.5}, {0.25, 0.25}, {0.75, 0.75}}};
  const std::vector<DrawnPoint> points = lines_of(lay_out(plot), kFirst).front().points;
  const double x = (points[0].x + points[1].x) / 2, y = points[0].y;
  for (const double scale : {0.5, 1.0, 2.0, 3.0}) {
    const Image image = draw(plot, 96 * scale);
    const auto pixel = [&](double up) {
      return image.at(static_cast<std::int64_t>(x * scale), static_cast<std::int64_t>((y - up) * scale));
    };
    EXPECT_NEAR(pixel(0)[0], 0, 60) << scale;
    EXPECT_NEAR(pixel(0)[2], 178, 30) << scale;
    EXPECT_NEAR(pixel(60)[0], 255 - 0.16 * 255, 2) << scale;  // within the band, off the grid
    EXPECT_NEAR(pixel(160)[0], 255, 1) << scale;              // above it
  }
}

TEST(Plots, DashesEndWhereverPointsLie) {
  // Points so dense and odd that strokes end within rounding of them.
  LinePlot plot{"", "", "", {}, {}, {}};
  for (int s = 0; s < 20; ++s) {
    PlotSeries series{"control", {}, {}, {}, {}, PlotRole::Control};
    for (int i = 0; i <= 400; ++i) {
      series.x.push_back(i / (3.0 + s));
      series.y.push_back(std::exp(-i / (7.0 + s)));
    }
    plot.series.push_back(std::move(series));
  }
  EXPECT_GT(draw(plot, 24).width, 100);
}

TEST(Plots, RefuseWhatCannotBeDrawn) {
  EXPECT_THROW(to_svg(LinePlot{}), InputError);
  EXPECT_THROW(to_svg(BarPlot{}), InputError);
  LinePlot plot = example();
  EXPECT_THROW(draw(plot, 10), InputError);
  plot.series[0].low.pop_back();
  EXPECT_THROW(to_svg(plot), InputError);
  plot = example();
  plot.series[1].x.pop_back();
  EXPECT_THROW(to_svg(plot), InputError);
}

}  // namespace
}  // namespace fovea::test
