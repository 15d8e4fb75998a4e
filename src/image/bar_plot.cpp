#include "base/check.hpp"
#include "image/axis.hpp"
#include "image/figure.hpp"
#include "image/plot_style.hpp"

#include <algorithm>
#include <cmath>

namespace fovea {
namespace {

constexpr double kPlotWidth = 520, kBarHeight = 20, kBarGap = 14, kLeastLabel = 60, kLongestLabel = 340;

struct Row {
  DrawnText label, value;
  TextSize label_size;
  double top = 0, height = 0;
  double middle() const { return top + height / 2; }
};

bool has_interval(const PlotBar& bar) {
  return std::isfinite(bar.low) && std::isfinite(bar.high) && bar.low < bar.high;
}

/// Whether all values are whole numbers, as counts are.
bool counts(const BarPlot& plot) {
  return std::all_of(plot.bars.begin(), plot.bars.end(), [](const PlotBar& bar) {
    return std::isfinite(bar.value) && bar.value == std::floor(bar.value) && !has_interval(bar);
  });
}

/// Values with the same number of decimals: three digits of the longest bar; none for counts.
std::vector<Row> rows_for(const BarPlot& plot) {
  double largest = 0;
  for (const PlotBar& bar : plot.bars)
    if (std::isfinite(bar.value))
      largest = std::max(largest, std::abs(bar.value));
  const int before = largest > 0 ? static_cast<int>(std::floor(std::log10(largest))) + 1 : 0;
  const int decimals = counts(plot) && largest > 0 ? 0 : std::clamp(3 - before, 0, 6);
  std::vector<Row> rows;
  for (const PlotBar& bar : plot.bars) {
    Row row{label_at({}, bar.label, kLabelStyle, Anchor::Left, kLongestLabel), label_at({}, "none"), {}};
    if (std::isfinite(bar.value))
      row.value.text = fmt::format("{:.{}f}", bar.value, decimals);
    if (std::isfinite(bar.value) && has_interval(bar))
      row.value.text += fmt::format(" [{:.{}f}, {:.{}f}]", bar.low, decimals, bar.high, decimals);
    row.label_size = measure(row.label);
    row.height = std::max(kBarHeight, row.label_size.height) + kBarGap;
    rows.push_back(std::move(row));
  }
  return rows;
}

Axis axis_of(const BarPlot& plot) {
  std::vector<double> values = plot.shown;
  values.push_back(0);
  for (const PlotBar& bar : plot.bars) {
    values.push_back(bar.value);
    if (has_interval(bar))
      values.insert(values.end(), {bar.low, bar.high});
  }
  return axis_for(values, 6, counts(plot) ? 1 : 0);
}

void draw_bar(Drawing& drawing, const PlotBar& bar, const Row& row, double zero, double end, double low,
              double high) {
  const Colour colour = bar.role == PlotRole::Control ? Colour{170, 170, 170} : kPalette[4];
  const double top = row.middle() - kBarHeight / 2, bottom = row.middle() + kBarHeight / 2;
  drawing.marks.push_back(DrawnArea{{{zero, top}, {end, top}, {end, bottom}, {zero, bottom}}, colour});
  if (!has_interval(bar))
    return;
  drawing.marks.push_back(DrawnLine{{{low, row.middle()}, {high, row.middle()}}, kInk, 2.5});
  for (const double x : {low, high})
    drawing.marks.push_back(DrawnLine{{{x, row.middle() - 6}, {x, row.middle() + 6}}, kInk, 2.5});
}

}  // namespace

Drawing lay_out(const BarPlot& plot) {
  FOVEA_CHECK(!plot.bars.empty(), "a plot needs at least one bar");
  std::vector<Row> rows = rows_for(plot);
  double label_width = 0, value_width = 0;
  for (const Row& row : rows) {
    label_width = std::max(label_width, row.label_size.width);
    value_width = std::max(value_width, measure(row.value).width);
  }
  const Axis axis = axis_of(plot);
  const double left = kPlotMargin + std::max(std::ceil(label_width) + 16, kLeastLabel),
               right = left + kPlotWidth;
  Drawing drawing;
  drawing.title = plot.title;
  drawing.width = right + 20 + std::ceil(value_width) + kPlotMargin;
  const double top = 14 + add_text(drawing, label_at({kPlotMargin, kPlotMargin}, plot.title, kTitleStyle,
                                                     Anchor::Left, drawing.width - 2 * kPlotMargin));
  double bottom = top;
  for (Row& row : rows) {
    row.top = bottom;
    bottom += row.height;
  }

  const auto at = [&](double value) { return left + axis.place(value) * kPlotWidth; };
  double end = bottom;
  for (int i = 0; i <= axis.intervals; ++i) {
    const double x = at(axis.tick(i));
    drawing.marks.push_back(DrawnLine{{{x, top}, {x, bottom + 6}}, kGridColour, 1.5});
    end = add_text(drawing, label_at({x, bottom + 11}, axis.label(i), kLabelStyle, Anchor::Middle));
  }
  end = add_text(
      drawing, label_at({right, end + 4}, plot.value_label, kLabelStyle, Anchor::Right, right - kPlotMargin));
  drawing.height = std::ceil(end) + kPlotMargin;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const PlotBar& bar = plot.bars[i];
    rows[i].label.at = {kPlotMargin, rows[i].middle()};
    rows[i].value.at = {right + 20, rows[i].middle()};
    add_centred(drawing, rows[i].label);
    add_centred(drawing, rows[i].value);
    if (std::isfinite(bar.value))
      draw_bar(drawing, bar, rows[i], at(0), at(bar.value), at(bar.low), at(bar.high));
  }
  drawing.marks.push_back(DrawnLine{{{at(0), top}, {at(0), bottom}}, kInk, 1.5});
  return drawing;
}

}  // namespace fovea
