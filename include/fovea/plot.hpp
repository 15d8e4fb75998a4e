#pragma once

#include "fovea/image.hpp"

#include <string>
#include <vector>

/// Plots of results, as SVG or as a picture. Colours are Okabe and Ito's, which colour-blind readers can tell
/// apart (okabe2008universal), and lines beyond the seventh are dashed, too. The drawing is as large as its
/// labels need; nothing is cut off. Labels are UTF-8; in pictures they are written in the drawn font's
/// characters.
namespace fovea {

/// Controls are what results must beat: they are grey.
enum class PlotRole : std::uint8_t { Result, Control };

/// A line. Points whose values are not finite are gaps.
struct PlotSeries {
  std::string label;
  std::vector<double> x, y;       ///< equally many
  std::vector<double> low, high;  ///< a band around y, as many; empty: none
  PlotRole role = PlotRole::Result;
};

struct LinePlot {
  std::string title;
  std::string x_label, y_label;
  std::vector<PlotSeries> series;
  /// Values that the axes reach in any case, e.g. 0 and 1.
  std::vector<double> x_shown, y_shown;
};

/// A bar from 0 to `value`, with an interval where low < high. One that is not finite is written as "none".
struct PlotBar {
  std::string label;
  double value = 0;
  double low = 0, high = 0;
  PlotRole role = PlotRole::Result;
};

struct BarPlot {
  std::string title;
  std::string value_label;
  std::vector<PlotBar> bars;  ///< from the top
  std::vector<double> shown = {};
};

/// A whole SVG file. InputError for a plot without series or bars, or lists that are not equally long.
std::string to_svg(const LinePlot& plot);
std::string to_svg(const BarPlot& plot);
/// The same drawing in RGB, `scale` pixels for each of the SVG's units: 0.25 to 4.
Image draw_plot(const LinePlot& plot, double scale = 1);
Image draw_plot(const BarPlot& plot, double scale = 1);

}  // namespace fovea
