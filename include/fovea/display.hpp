#pragma once

#include "fovea/image.hpp"
#include "fovea/tensor.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Maps as pictures: brightness, colours, figures of several pictures, and plots.
namespace fovea {

/// The mapping of a map's values to brightness 0..1. `to_grey` shows 0 as black, for maps that are
/// non-negative; `display_levels` also chooses the level of black.
struct DisplayRange {
  /// White is this percentile of the map's values (100: the maximum), so that single bright pixels do not
  /// make the rest black.
  double percentile = 99.0;
  /// Brightness is (value / white) ^ gamma; a gamma below 1 brightens dark parts.
  double gamma = 1.0;
};

/// The value shown as white: the percentile, or the maximum if the percentile is 0 (a very sparse map). It is
/// 0 only for a map that is all zero.
double white_level(const Tensor& map, const DisplayRange& range);

/// A map [H,W] as a grey picture of brightness 0..255. InputError for another rank, an empty map, values that
/// are not finite, a percentile outside 0..100, or a gamma that is not above 0.
Image to_grey(const Tensor& map, const DisplayRange& range);
/// A map as a grey picture with a given white level: brightness is (value / white) ^ gamma; all black if
/// white is 0.
Image scale_to_grey(const Tensor& map, double white, double gamma = 1.0);

/// The values of a map that are displayed as black and white.
struct DisplayLevels {
  double black = 0, white = 0;
  /// Whether the levels are equal, so that everything is displayed black.
  bool is_flat() const { return white == black; }
};
/// A map as a grey picture between two levels: brightness is ((value - black) / (white - black)) ^ gamma,
/// clipped to 0..1; all black for flat levels. InputError as for `to_grey`.
Image scale_to_grey(const Tensor& map, const DisplayLevels& levels, double gamma = 1.0);

/// Names accepted by `colorize`: "inferno", "viridis", "turbo", "magma", "jet", "hot", "grey".
const std::vector<std::string>& colormap_names();
/// Applies a colour map to a grey picture. InputError for an unknown name.
Image colorize(const Image& grey, std::string_view colormap);
/// The photo, darkened and grey, under the coloured map, whose opacity rises with the map up to `opacity`.
/// InputError for pictures of different sizes, an opacity outside 0..1, and an unknown colour map.
Image overlay(const Image& photo, const Image& grey_map, std::string_view colormap, double opacity = 0.6);

/// The magnitude displayed with full contrast: a percentile (0 to 100) of the non-zero magnitudes of a
/// pattern, so that empty surroundings do not change it. It is 0 only for a pattern that is all zero.
/// InputError for values that are not finite.
double contrast_level(const Tensor& pattern, double percentile);
/// A signed pattern [C,H,W] as a picture around mid-grey: 127.5 * (1 + value / level), clipped and rounded;
/// all mid-grey for a level of 0. With 3 or 4 channels the first three are colours in the given order;
/// otherwise the first channel is shown in grey.
Image to_signed_picture(const Tensor& pattern, double level, ChannelOrder order);
/// A map [H,W] coloured by the sign of the relevance [C,H,W] that it was made from, both F32: pixels whose
/// channels sum to a negative number are green, others red; brightness is value / white, clipped to 0..1, and
/// 0 for a white of 0. InputError for shapes that do not match.
Image to_red_and_green(const Tensor& map, const Tensor& relevance, double white);

/// A colour bar: the colours of a map with the texts of its lowest and highest value.
struct ColourBar {
  std::string colormap;  ///< a name of `colormap_names`
  std::string low, high;
};

/// One picture of a figure with the texts around it. A panel without picture leaves its place empty.
struct Panel {
  Image image;
  std::string title;
  std::string caption;
  std::optional<ColourBar> bar = {};  ///< drawn below the picture
};

/// Panels side by side, `columns` to a row, each scaled by a whole number or evenly to a common height, with
/// titles above, and colour bars and captions below, wrapped so that no text is cut; legible at half size.
/// `heading` stands above the whole figure. 0 columns: at most 4. InputError if no panel has a picture, or
/// for a panel height outside 16..8192 pixels.
Image make_figure(const std::vector<Panel>& panels, const std::string& heading, std::int64_t columns = 0,
                  std::int64_t panel_height = 320);

// Plots of results, as SVG or as a picture. Colours are Okabe and Ito's, which colour-blind readers can tell
// apart (okabe2008universal), and lines beyond the seventh are also dashed. The drawing grows with its
// labels, so nothing is cut off. Labels are UTF-8; in raster pictures they are limited to the characters of
// the built-in font.

/// The role of a line or bar. Controls are baselines that results should exceed; they are drawn in grey.
enum class PlotRole : std::uint8_t { Result, Control };

/// A line of a plot. Points whose values are not finite are gaps.
struct PlotSeries {
  std::string label;
  std::vector<double> x, y;       ///< equally many
  std::vector<double> low, high;  ///< a band around y, of the same length; empty: none
  PlotRole role = PlotRole::Result;
};

struct LinePlot {
  std::string title;
  std::string x_label, y_label;
  std::vector<PlotSeries> series;
  /// Values that the axes must include, e.g. 0 and 1.
  std::vector<double> x_shown, y_shown;
};

/// A bar from 0 to `value`, with an interval if low < high. A value that is not finite is written as "none".
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

/// The plot as an SVG file. InputError for a plot without series or bars, or with lists of different lengths.
std::string to_svg(const LinePlot& plot);
std::string to_svg(const BarPlot& plot);
/// The same drawing as an RGB picture with `scale` pixels for each SVG unit: 0.25 to 4.
Image draw_plot(const LinePlot& plot, double scale = 1);
Image draw_plot(const BarPlot& plot, double scale = 1);

}  // namespace fovea
