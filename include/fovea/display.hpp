#pragma once

#include "fovea/image.hpp"
#include "fovea/tensor.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Maps as pictures: brightness, colours, figures of several pictures, and plots.
namespace fovea {

/// How the values of a map become brightness 0..1. `to_grey` shows 0 as black, since its maps are
/// non-negative; `display_levels` chooses the level that is black, too.
struct DisplayRange {
  /// White is this percentile of the map's values (100: its maximum), so that one bright pixel cannot turn
  /// the rest black.
  double percentile = 99.0;
  /// Brightness is (value / white) ^ gamma; below 1 lifts the dark parts.
  double gamma = 1.0;
};

/// The value shown as white: the percentile, or the maximum where the percentile is 0 (a very sparse map); 0
/// only for a map that is all zero.
double white_level(const Tensor& map, const DisplayRange& range);

/// A [H,W] map as a grey picture of brightness 0..255. InputError for another rank, a map without values or
/// with one that is not finite, a percentile outside 0..100, and a gamma that is not above 0.
Image to_grey(const Tensor& map, const DisplayRange& range);
/// The same for a level that is known: brightness is (value / white) ^ gamma, all black for a white of 0.
Image scale_to_grey(const Tensor& map, double white, double gamma = 1.0);

/// The values of a map that are shown black and white.
struct DisplayLevels {
  double black = 0, white = 0;
  /// Whether all values have the same brightness, black.
  bool is_flat() const { return white == black; }
};
/// A map between two levels: brightness is ((value - black) / (white - black)) ^ gamma, clipped to 0..1; all
/// black for flat levels. InputError as `to_grey`.
Image scale_to_grey(const Tensor& map, const DisplayLevels& levels, double gamma = 1.0);

/// Names accepted by `colorize`: "inferno", "viridis", "turbo", "magma", "jet", "hot", "grey".
const std::vector<std::string>& colormap_names();
/// A grey picture through a colour map. InputError for an unknown name.
Image colorize(const Image& grey, std::string_view colormap);
/// The photo, darkened and grey, under the colour-mapped heat: opacity, 0 to 1 at most, rises with the map.
/// InputError for pictures of two sizes, an opacity outside 0..1 and an unknown colour map.
Image overlay(const Image& photo, const Image& grey_map, std::string_view colormap, double opacity = 0.6);

/// The magnitude shown with full contrast: the percentile (0 to 100) of the magnitudes of a pattern's values,
/// those that are 0 left out, so that it is the same for a pattern and for the part of it that is not empty.
/// 0 only for a pattern that is all zero. InputError for values that are not finite.
double contrast_level(const Tensor& pattern, double percentile);
/// A signed pattern of [C,H,W] as a picture around mid-grey: 127.5 * (1 + value / level), clipped and
/// rounded; all mid-grey for a level of 0. Of 3 or 4 channels the first three are colours in the given order,
/// of others the first is shown grey.
Image to_signed_picture(const Tensor& pattern, double level, ChannelOrder order);
/// A map [H,W] with the signs of the relevance [C,H,W] that it was made of, both F32: pixels whose channels
/// sum up to a negative number are green, the others red; brightness is value / white, clipped to 0..1, and 0
/// for a white of 0. InputError for shapes that do not fit.
Image to_red_and_green(const Tensor& map, const Tensor& relevance, double white);

/// The colours of a map from its lowest to its highest value, with what these are.
struct ColourBar {
  std::string colormap;  ///< a name of `colormap_names`
  std::string low, high;
};

/// One picture of a figure with the lines written below it. Without a picture, its place stays empty.
struct Panel {
  Image image;
  std::string title;
  std::string caption;
  std::optional<ColourBar> bar = {};  ///< drawn below the picture
};

/// Panels side by side, `columns` to a row, each scaled by a whole number or evenly to a common height,
/// titles above, colour bars and captions below, wrapped so that no label is cut; legible at half size.
/// `heading` stands over the whole figure. 0 columns: at most 4. InputError when no panel has a picture, or
/// for a panel height outside 16..8192 pixels.
Image make_figure(const std::vector<Panel>& panels, const std::string& heading, std::int64_t columns = 0,
                  std::int64_t panel_height = 320);

// Plots of results, as SVG or as a picture. Colours are Okabe and Ito's, which colour-blind readers can tell
// apart (okabe2008universal), and lines beyond the seventh are dashed, too. The drawing is as large as its
// labels need; nothing is cut off. Labels are UTF-8; in pictures they are written in the drawn font's
// characters.

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
