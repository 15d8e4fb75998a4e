#include "base/check.hpp"
#include "image/axis.hpp"
#include "image/figure.hpp"
#include "image/plot_style.hpp"

#include <algorithm>
#include <cmath>

namespace fovea {
namespace {

constexpr double kPlotWidth = 660, kLeastPlotHeight = 420, kLegendGap = 28, kSample = 44, kLongestLabel = 300;

/// A series' look.
struct Pen {
  Colour colour;
  std::vector<double> dashes;
};

struct LegendEntry {
  Pen pen;
  DrawnText label;
  TextSize size;
  double height() const { return size.height + 6; }
};

/// Where the values lie on the drawing.
struct Frame {
  Axis x, y;
  double left = 0, top = 0, width = kPlotWidth, height = kLeastPlotHeight;

  DrawnPoint at(double value_x, double value_y) const {
    return {left + x.place(value_x) * width, top + (1 - y.place(value_y)) * height};
  }
};

void check(const LinePlot& plot) {
  FOVEA_CHECK(!plot.series.empty(), "a plot needs at least one series");
  for (const PlotSeries& series : plot.series) {
    const bool band = !series.low.empty() || !series.high.empty();
    FOVEA_CHECK(series.x.size() == series.y.size() && (!band || (series.low.size() == series.x.size() &&
                                                                 series.high.size() == series.x.size())),
                "the series '{}' has {} x, {} y and a band of {} and {} values", series.label,
                series.x.size(), series.y.size(), series.low.size(), series.high.size());
  }
}

std::vector<Pen> pens_for(const LinePlot& plot) {
  static const std::vector<double> dashes[] = {{}, {14, 6}, {3, 5}, {14, 5, 3, 5}};
  std::vector<Pen> pens;
  std::size_t results = 0, controls = 0;
  for (const PlotSeries& series : plot.series)
    if (series.role == PlotRole::Control) {
      pens.push_back({kControlColour, dashes[1 + controls++ % 3]});
    } else {
      pens.push_back({kPalette[results % std::size(kPalette)], dashes[results / std::size(kPalette) % 4]});
      ++results;
    }
  return pens;
}

void append(std::vector<double>& all, const std::vector<double>& more) {
  all.insert(all.end(), more.begin(), more.end());
}

Axis x_axis_of(const LinePlot& plot) {
  std::vector<double> shown = plot.x_shown;
  for (const PlotSeries& series : plot.series)
    append(shown, series.x);
  const bool counts = std::all_of(shown.begin(), shown.end(),
                                  [](double x) { return std::isfinite(x) && x == std::floor(x); });
  return axis_for(shown, 6, counts ? 1 : 0);
}

Axis y_axis_of(const LinePlot& plot) {
  std::vector<double> shown = plot.y_shown;
  for (const PlotSeries& series : plot.series)
    for (const auto* values : {&series.y, &series.low, &series.high})
      append(shown, *values);
  return axis_for(shown, 8);
}

double widest_label(const Axis& axis) {
  double widest = 0;
  for (int i = 0; i <= axis.intervals; ++i)
    widest = std::max(widest, measure(label_at({}, axis.label(i))).width);
  return widest;
}

/// Also sets the drawing's height, which ends below the label of x.
void draw_axes(Drawing& drawing, const Frame& frame, const LinePlot& plot) {
  const double right = frame.left + frame.width, bottom = frame.top + frame.height;
  for (int i = 0; i <= frame.y.intervals; ++i) {
    const double y = frame.at(frame.x.first, frame.y.tick(i)).y;
    drawing.marks.push_back(DrawnLine{{{frame.left, y}, {right, y}}, i ? kGridColour : kInk, 1.5});
    add_centred(drawing, label_at({frame.left - 10, y}, frame.y.label(i), kLabelStyle, Anchor::Right));
  }
  double end = bottom;
  for (int i = 0; i <= frame.x.intervals; ++i) {
    const double x = frame.at(frame.x.tick(i), frame.y.first).x;
    drawing.marks.push_back(DrawnLine{{{x, bottom}, {x, bottom + 6}}, kInk, 1.5});
    end = add_text(drawing, label_at({x, bottom + 11}, frame.x.label(i), kLabelStyle, Anchor::Middle));
  }
  end = add_text(drawing,
                 label_at({right, end + 4}, plot.x_label, kLabelStyle, Anchor::Right, right - kPlotMargin));
  drawing.height = std::ceil(end) + kPlotMargin;
}

/// The series' stretches between gaps, as [first, end).
std::vector<std::pair<std::size_t, std::size_t>> stretches(const PlotSeries& series) {
  const auto is_drawn = [&](std::size_t i) {
    return std::isfinite(series.x[i]) && std::isfinite(series.y[i]) &&
           (series.low.empty() || (std::isfinite(series.low[i]) && std::isfinite(series.high[i])));
  };
  std::vector<std::pair<std::size_t, std::size_t>> list;
  for (std::size_t i = 0; i < series.x.size(); ++i) {
    if (!is_drawn(i))
      continue;
    if (list.empty() || list.back().second != i)
      list.emplace_back(i, i);
    list.back().second = i + 1;
  }
  return list;
}

void draw_band(Drawing& drawing, const Frame& frame, const PlotSeries& series, const Pen& pen,
               double opacity) {
  if (series.low.empty())
    return;
  for (const auto& [first, end] : stretches(series)) {
    DrawnArea band{{}, pen.colour, opacity};
    for (std::size_t i = first; i < end; ++i)
      band.outline.push_back(frame.at(series.x[i], series.high[i]));
    for (std::size_t i = end; i-- > first;)
      band.outline.push_back(frame.at(series.x[i], series.low[i]));
    drawing.marks.push_back(std::move(band));
  }
}

void draw_line(Drawing& drawing, const Frame& frame, const PlotSeries& series, const Pen& pen) {
  for (const auto& [first, end] : stretches(series)) {
    DrawnLine line{{}, pen.colour, 3, pen.dashes};
    for (std::size_t i = first; i < end; ++i)
      line.points.push_back(frame.at(series.x[i], series.y[i]));
    if (line.points.size() == 1)  // a point alone, as a short stroke
      line = {{{line.points[0].x - 3, line.points[0].y}, {line.points[0].x + 3, line.points[0].y}},
              pen.colour,
              6};
    drawing.marks.push_back(std::move(line));
  }
}

std::vector<LegendEntry> legend_for(const LinePlot& plot, const std::vector<Pen>& pens) {
  std::vector<LegendEntry> legend;
  for (std::size_t i = 0; i < pens.size(); ++i) {
    const DrawnText label = label_at({}, plot.series[i].label, kLabelStyle, Anchor::Left, kLongestLabel);
    legend.push_back({pens[i], label, measure(label)});
  }
  return legend;
}

}  // namespace

Drawing lay_out(const LinePlot& plot) {
  check(plot);
  const std::vector<Pen> pens = pens_for(plot);
  const std::vector<LegendEntry> legend = legend_for(plot, pens);
  double legend_width = 0, legend_height = 0;
  for (const LegendEntry& entry : legend) {
    legend_height += entry.height();
    legend_width = std::max(legend_width, kSample + 12 + std::ceil(entry.size.width));
  }

  Frame frame{x_axis_of(plot), y_axis_of(plot)};
  frame.left = kPlotMargin + std::max(widest_label(frame.y) + 10, widest_label(frame.x) / 2);
  frame.height = std::max(kLeastPlotHeight, legend_height);
  const double legend_left = frame.left + frame.width + kLegendGap;
  Drawing drawing;
  drawing.title = plot.title;
  drawing.width = std::max(legend_left + legend_width, frame.left + frame.width + widest_label(frame.x) / 2) +
                  kPlotMargin;
  const double width = drawing.width - 2 * kPlotMargin;
  double top =
      add_text(drawing, label_at({kPlotMargin, kPlotMargin}, plot.title, kTitleStyle, Anchor::Left, width));
  top = add_text(drawing, label_at({kPlotMargin, top + 4}, plot.y_label, kLabelStyle, Anchor::Left, width));
  frame.top = top + 16;
  draw_axes(drawing, frame, plot);
  // Many bands over one another must still show the lines.
  const double opacity = std::clamp(0.48 / static_cast<double>(pens.size()), 0.06, 0.16);
  for (std::size_t i = 0; i < pens.size(); ++i)
    draw_band(drawing, frame, plot.series[i], pens[i], opacity);
  for (std::size_t i = 0; i < pens.size(); ++i)
    draw_line(drawing, frame, plot.series[i], pens[i]);
  const double first_line = measure(label_at({}, "x")).height;
  double at = frame.top;
  for (const LegendEntry& entry : legend) {
    const double middle = at + first_line / 2;
    drawing.marks.push_back(DrawnLine{
        {{legend_left, middle}, {legend_left + kSample, middle}}, entry.pen.colour, 4, entry.pen.dashes});
    DrawnText label = entry.label;
    label.at = {legend_left + kSample + 12, at};
    add_text(drawing, std::move(label));
    at += entry.height();
  }
  return drawing;
}

}  // namespace fovea
