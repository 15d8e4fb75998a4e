#pragma once

#include "fovea/geometry.hpp"
#include "fovea/library.hpp"
#include "fovea/preprocessing.hpp"
#include "fovea/tensor.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace fovea {

/// A picture of 8 bits a channel, interleaved, rows from the top: pixels[(y * width + x) * channels + c].
struct Image {
  std::int64_t width = 0;
  std::int64_t height = 0;
  std::int64_t channels = 3;  ///< 3: red, green, blue; 1: grey
  std::vector<std::uint8_t> pixels;

  /// A picture whose samples all have one value. InputError if a side is below 1, for more than
  /// kMaxImagePixels, or if the number of channels is not 1 or 3.
  static Image blank(std::int64_t width, std::int64_t height, std::int64_t channels, std::uint8_t value);
  std::uint8_t* at(std::int64_t x, std::int64_t y) { return pixels.data() + (y * width + x) * channels; }
  const std::uint8_t* at(std::int64_t x, std::int64_t y) const {
    return pixels.data() + (y * width + x) * channels;
  }
};

using Colour = std::array<std::uint8_t, 3>;  ///< red, green, blue

/// Pictures of more pixels than this are refused before they are decoded.
inline constexpr std::int64_t kMaxImagePixels = 200'000'000;

/// Reads PNG, JPEG, WebP, TIFF, BMP or PNM as RGB, turned upright by its EXIF orientation, with the same
/// colours as Pillow. 16-bit samples keep their upper half, grey becomes RGB, alpha is dropped (a TIFF's
/// premultiplied colours are divided by it), CMYK is converted, and of a TIFF with several pages the first is
/// read. InputError naming the file if it is missing, not a regular file (a pipe is never waited for), not a
/// picture, truncated or damaged, animated, has more than 100 progressive scans, no pixels, or more than
/// kMaxImagePixels (found in the header, before decoding).
Image read_image(const std::string& path);

/// The EXIF orientation of a picture's file, 1 (upright) to 8; 1 if it has none. Above 4, the stored rows are
/// the columns of the upright picture. InputError as for read_image, but only the header is read.
int read_orientation(const std::string& path);
/// Turns a stored picture upright, as read_image does. InputError for an invalid orientation.
Image turn_upright(Image stored, int orientation);

/// Writes a PNG of 8 bits a sample, whole or not at all. OutputError naming the file; InputError if the
/// number of pixels does not match the sides.
void write_png(const std::string& path, const Image& image);

/// Resizes with a triangle filter widened by the reduction factor (antialiased); bit for bit as Pillow's
/// BILINEAR on 8-bit pictures. InputError as for Image::blank.
Image resize(const Image& image, std::int64_t width, std::int64_t height);
/// Resizes by the nearest two pixels in each direction without antialiasing: OpenCV's INTER_LINEAR.
/// InputError as for Image::blank.
Image resize_bilinear(const Image& image, std::int64_t width, std::int64_t height);
/// Resizes like torchvision's Resize(size): the short side becomes `size`, the long one size * long / short,
/// rounded down. InputError for a size below 1, or if the result would have more than kMaxImagePixels.
Image resize_short_side(const Image& image, std::int64_t size);
/// The part of the picture in a rectangle. InputError if the rectangle extends beyond the picture.
Image crop(const Image& image, const Rect& rect);
/// The mirror image: left and right exchanged.
Image mirror(const Image& image);

/// The rectangle of torchvision's CenterCrop(width x height) in a picture. InputError if the picture is
/// smaller.
Rect centre_rect(const Image& image, std::int64_t width, std::int64_t height);

/// Writes the network's input for a picture of the network's size, [channels, height, width], to
/// `destination`, with the channels in the network's order. Grey networks (1 channel) get ITU-R 601 luma; a
/// fourth channel is opaque alpha. InputError for any number of channels but 1, 3 and 4, and for a scale or
/// deviation that is 0 or not finite.
void normalize(const Image& image, const Preprocessing& preprocessing, std::int64_t channels,
               float* destination);

/// The range of what `normalize` writes, channel by channel: its values for pixels of 0 and 255. InputError
/// as for `normalize`.
InputRange input_range(const Preprocessing& preprocessing, std::int64_t channels);

/// The inverse of `normalize` for display: x of [channels, height, width] becomes (x * std + mean) / scale,
/// clipped to 0..255 and rounded; always RGB. InputError as for `normalize`.
Image denormalize(const float* x, const Preprocessing& preprocessing, std::int64_t channels,
                  std::int64_t width, std::int64_t height);

/// The bytes of a PNG file of 8 bits a sample, as `write_png` writes them. InputError if the number of pixels
/// does not match the sides.
std::string encode_png(const Image& image);
/// The bytes of a JPEG file, for display: quality 1 to 100. InputError as for `encode_png`, for a side that
/// is too large for a JPEG, and for another quality.
std::string encode_jpeg(const Image& image, int quality = 90);
/// The bytes of a WebP file: lossless, or for display with a quality of 0 to 100. InputError as for
/// `encode_png`, for a side above 16383 pixels, and for another quality.
std::string encode_webp(const Image& image, std::optional<int> quality = {});

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

/// A signed map [H,W] as a grey picture for a diverging colour map: 0 is shown as 128, and a value as
/// 128 +- 127 * (|value| / level) ^ gamma, clipped; all 128 for a level of 0. InputError as for `to_grey`.
Image scale_to_signed_grey(const Tensor& map, double level, double gamma = 1.0);
/// A map's grey picture resized to a photo's size, smoothly. InputError as for Image::blank.
Image enlarge_map(const Image& grey_map, std::int64_t width, std::int64_t height);

/// Names accepted by `colorize`. Perceptually even are "inferno", "magma", "plasma", "viridis", "cividis" and
/// "grey", and the diverging "blue-red"; "turbo", "jet" and "hot" are not.
const std::vector<std::string>& colormap_names();
/// Whether a colour map is for signed values, with 0 in its middle. InputError for an unknown name.
bool is_diverging(std::string_view colormap);
/// Applies a colour map to a grey picture. InputError for an unknown name.
Image colorize(const Image& grey, std::string_view colormap);

/// The look of a map over a photo.
struct OverlayStyle {
  std::string colormap = "inferno";
  /// Opacity of the map where it is brightest, 0..1; elsewhere it is in proportion to the map. With a
  /// diverging colour map, in proportion to the distance from its middle.
  double alpha = 0.75;
  /// Contour lines around the brightest quarter, half and three quarters of the range of the map, blurred by
  /// 2 % of the shorter side, instead of the colours.
  bool contours = false;
};
/// The photo in its own colours under the coloured map, of the same size. InputError for pictures of
/// different sizes, an alpha outside 0..1, and an unknown colour map.
Image overlay(const Image& photo, const Image& grey_map, const OverlayStyle& style = {});

/// The magnitude displayed with full contrast: a percentile (0 to 100) of the non-zero magnitudes of a
/// pattern, so that empty surroundings do not change it. It is 0 only for a pattern that is all zero.
/// InputError for values that are not finite.
double contrast_level(const Tensor& pattern, double percentile);
/// A signed pattern [C,H,W] as a picture around mid-grey: 127.5 * (1 + value / level), clipped and rounded;
/// all mid-grey for a level of 0. With 3 or 4 channels the first three are colours in the given order;
/// otherwise the first channel is shown in grey.
Image to_signed_image(const Tensor& pattern, double level, ChannelOrder order);
/// A map [H,W] coloured by the sign of the relevance [C,H,W] that it was made from, both F32: pixels whose
/// channels sum to a negative number are green, others red; brightness is value / white, clipped to 0..1, and
/// 0 for a white of 0. InputError for shapes that do not match.
Image to_red_and_green(const Tensor& map, const Tensor& relevance, double white);

/// A colour bar: the colours of a map with the texts of its lowest and highest value, and of the one in the
/// middle, if it has a text.
struct ColourBar {
  std::string colormap;  ///< a name of `colormap_names`
  std::string low, high;
  std::string middle = {};
};

/// One picture of a figure with the texts around it. A panel without picture leaves its place empty.
struct Panel {
  Image image;
  std::string title;
  std::string caption;
  std::optional<ColourBar> bar = {};  ///< drawn below the picture
};

/// Panels side by side, each scaled evenly to a common height, with titles above, and colour bars and
/// captions below. Texts are UTF-8 in any script that a font is installed for. They are wrapped, and end in
/// an ellipsis where they would still be too long: nothing is cut off.
struct Figure {
  std::string heading;  ///< above the whole figure
  std::string details;  ///< below the heading, in smaller letters
  std::vector<Panel> panels;
  std::int64_t columns = 0;         ///< panels in a row; 0: at most 4
  std::int64_t panel_height = 320;  ///< 16 to 8192, in units of 1/96 inch
};

/// The role of a line or bar. Controls are baselines that results should exceed; they are drawn in grey.
enum class PlotRole : std::uint8_t { Result, Control };

/// A line of a plot. Points whose values are not finite are gaps.
struct PlotSeries {
  std::string label;
  std::vector<double> x, y;       ///< equally many
  std::vector<double> low, high;  ///< a band around y, of the same length; empty: none
  PlotRole role = PlotRole::Result;
};

/// Lines and bars have the colours of Okabe and Ito, which colour-blind readers can tell apart
/// (okabe2008universal); lines beyond the seventh are also dashed. The drawing grows with its labels.
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

/// A box in a picture's pixels, with a text; empty: none.
struct LabelledBox {
  RealBox box;
  std::string label;
};

/// A picture with boxes in colours that differ, drawn at its own resolution for screens; small pictures are
/// enlarged so that texts can be read.
struct BoxedPicture {
  Image image;
  std::vector<LabelledBox> boxes;
};

// Figures and plots are drawn by Cairo and Pango, which the first drawing loads, in DejaVu Sans and whatever
// fonts the system has for other scripts. Any number of threads may draw.

using Graphic = std::variant<Figure, LinePlot, BarPlot, BoxedPicture>;

/// The resolution of pictures for screens, in pixels per inch: 1.5 pixels for each unit of a figure.
inline constexpr double kScreenDpi = 144;
/// The largest resolution of photos and maps in SVG and PDF files, whose lines and letters have none.
inline constexpr double kPrintDpi = 300;

/// The graphic as an RGB picture. InputError for a figure in which no panel has a picture, a panel height out
/// of range, a plot without series or bars or with lists of different lengths, a resolution outside 24..1200,
/// a picture of more than 32767 pixels a side, and where libpangocairo is not installed.
Image draw(const Graphic& graphic, double dpi = kScreenDpi);
/// The graphic as a file, of which no byte depends on anything but the graphic, the fonts and Cairo's
/// version. InputError as for `draw`.
std::string to_svg(const Graphic& graphic, double dpi = kPrintDpi);
std::string to_pdf(const Graphic& graphic, double dpi = kPrintDpi);

/// Whether `write_graphic` can write a file of that name: it ends in .png, .jpg, .jpeg, .svg or .pdf, in
/// letters of either case, or is /dev/stdout, for PNG.
bool is_graphic_path(std::string_view path);
/// Writes the graphic, whole or not at all, as PNG, JPEG, SVG or PDF by the file's ending. Without a
/// resolution, it is kPrintDpi for SVG and PDF and kScreenDpi for the others. InputError as for `draw` and
/// for other endings; OutputError naming the file.
void write_graphic(const std::string& path, const Graphic& graphic, std::optional<double> dpi = {});

/// A note for each Debian package of fonts that would have shown characters for which all graphics since the
/// last call got boxes. Each package is named once in a process.
std::vector<Note> take_drawing_notes();

}  // namespace fovea
