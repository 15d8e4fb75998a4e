#include "fovea/image.hpp"

#include "fovea/error.hpp"
#include "image/axis.hpp"
#include "image/drawing.hpp"
#include "image/support.hpp"
#include "support/pattern.hpp"

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

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (std::size_t at = 0; (at = text.find(part, at)) != std::string::npos; at += part.size())
    ++count;
  return count;
}

TEST(LinePlotSvg, DrawsEachSeriesWithItsBandAndLegend) {
  const std::string svg = to_svg(example());
  EXPECT_EQ(count(svg, "<polygon"), 1U);
  EXPECT_EQ(count(svg, R"(stroke="#0072b2")"), 2U);  // line and legend
  EXPECT_EQ(count(svg, "stroke-dasharray"), 2U);
  EXPECT_EQ(count(svg, ">first &amp; &lt;best&gt;<"), 1U);
  EXPECT_EQ(count(svg, ">random map<"), 1U);
  EXPECT_EQ(count(svg, ">across<"), 1U);
  EXPECT_EQ(count(svg, "nan"), 0U);
}

TEST(LinePlotSvg, PutsValuesWhereTheAxesSay) {
  // The axes go from 0 to 2 and from 0 to 1; the middle point of the first series lies in the middle.
  const std::string svg = to_svg(example());
  const auto match =
      Pattern(R"re(points="([\d.]+),([\d.]+) ([\d.]+),([\d.]+) ([\d.]+),([\d.]+)" fill="none")re")
          .first_in(svg);
  ASSERT_FALSE(match.empty());
  const auto at = [&](std::size_t i) { return std::stod(match[i]); };
  EXPECT_NEAR(at(3), (at(1) + at(5)) / 2, 0.011);
  EXPECT_NEAR(at(4), (at(2) + at(6)) / 2, 0.011);
  EXPECT_NEAR(at(5) - at(1), 660, 0.02);
  EXPECT_GT(at(2), at(6));
}

TEST(LinePlotSvg, LeavesGapsWhereThereIsNoValue) {
  LinePlot plot = example();
  plot.series = {{"gaps", {0, 1, 2, 3, 4}, {0, 1, kNone, 1, 0}, {}, {}}};
  EXPECT_EQ(count(to_svg(plot), R"(stroke="#0072b2")"), 3U);
  plot.series[0].y = {kNone, kNone, kNone, kNone, kNone};
  EXPECT_EQ(count(to_svg(plot), R"(stroke="#0072b2")"), 1U);
}

/// No mark of an SVG lies outside of it, with the room that text takes.
void expect_inside(const std::string& svg) {
  const auto size = Pattern(R"re(width="([\d.]+)" height="([\d.]+)")re").first_in(svg);
  ASSERT_FALSE(size.empty());
  const double width = std::stod(size[1]), height = std::stod(size[2]);
  const Pattern text(
      R"re(<text x="([-\d.]+)" y="([-\d.]+)" font-size="([\d.]+)" fill="[^"]+"( font-weight="bold")?( text-anchor="(\w+)")?>([^<]*)<)re");
  int found = 0;
  for (const auto& match : text.all_in(svg)) {
    ++found;
    const TextStyle style{
        std::llround(std::stod(match[3]) / 0.72), !match[4].empty() ? Weight::Bold : Weight::Regular, {}};
    const double room = room_for(match[7], style);
    const double left = std::stod(match[1]) - (match[6] == "end"      ? room
                                               : match[6] == "middle" ? room / 2
                                                                      : 0);
    EXPECT_GE(left, 0) << match[7];
    EXPECT_LE(left + room, width) << match[7];
    EXPECT_GE(std::stod(match[2]) - std::stod(match[3]), 0) << match[7];
    EXPECT_LE(std::stod(match[2]) + 0.3 * std::stod(match[3]), height) << match[7];
  }
  EXPECT_GT(found, 4);
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
  expect_inside(to_svg(plot));
  plot.title =
      "A title that is much longer than the plot is wide, so that it must be broken into several lines, "
      "and then some";
  plot.x_label =
      "an axis with a label that is longer than it is itself, which is rare, and is written below it";
  plot.series.clear();
  for (int i = 0; i < 30; ++i)
    plot.series.push_back(
        {"a method with a very long name, number " + std::to_string(i), {0, 1e7}, {-12345.678, 4e5}, {}, {}});
  expect_inside(to_svg(plot));
  BarPlot many = bars();
  expect_inside(to_svg(many));
  many.value_label = plot.x_label;
  many.bars = {{"x", 1}};
  expect_inside(to_svg(many));
}

TEST(BarPlotSvg, WritesValuesAndIntervals) {
  const std::string svg = to_svg(bars());
  EXPECT_EQ(count(svg, ">0.500 [0.400, 0.620]<"), 1U);
  EXPECT_EQ(count(svg, ">-0.250 [-0.300, -0.200]<"), 1U);
  EXPECT_EQ(count(svg, ">none<"), 1U);
  EXPECT_EQ(count(svg, "<polygon"), 2U);
}

TEST(Plots, TheBarsLengthIsItsValue) {
  const std::string svg = to_svg(bars());
  const Pattern area(R"re(<polygon points="([\d.]+),[\d.]+ ([\d.]+),)re");
  std::vector<double> lengths;
  for (const auto& match : area.all_in(svg))
    lengths.push_back(std::stod(match[2]) - std::stod(match[1]));
  ASSERT_EQ(lengths.size(), 2U);
  EXPECT_NEAR(lengths[0] / lengths[1], -2, 0.001);
}

TEST(Plots, ThePictureShowsTheSameColoursAtTheSamePlaces) {
  LinePlot plot = example();
  plot.series = {{"flat", {0, 2}, {0.5, 0.5}, {0.25, 0.25}, {0.75, 0.75}}};
  const std::string svg = to_svg(plot);
  const auto match =
      Pattern(R"re(points="([\d.]+),([\d.]+) ([\d.]+),([\d.]+)" fill="none" stroke="#0072b2")re")
          .first_in(svg);
  ASSERT_FALSE(match.empty());
  const double x = (std::stod(match[1]) + std::stod(match[3])) / 2, y = std::stod(match[2]);
  for (const double scale : {0.5, 1.0, 2.0, 3.0}) {
    const Image image = draw_plot(plot, scale);
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
  EXPECT_GT(draw_plot(plot, 0.25).width, 100);
}

TEST(Plots, RefuseWhatCannotBeDrawn) {
  EXPECT_THROW(to_svg(LinePlot{}), InputError);
  EXPECT_THROW(to_svg(BarPlot{}), InputError);
  LinePlot plot = example();
  EXPECT_THROW(draw_plot(plot, 0.1), InputError);
  plot.series[0].low.pop_back();
  EXPECT_THROW(to_svg(plot), InputError);
  plot = example();
  plot.series[1].x.pop_back();
  EXPECT_THROW(to_svg(plot), InputError);
}

}  // namespace
}  // namespace fovea::test
