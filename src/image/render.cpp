#include "image/render.hpp"

#include "fovea/error.hpp"
#include "image/opencv_errors.hpp"
#include "image/pixels.hpp"
#include "image/text.hpp"

#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>

namespace fovea {
namespace {

constexpr double kFrameGrey = 205 / 255.0;

/// Whole multiples of a small picture show its pixels as they are, as do very coarse maps.
bool keeps_edges(const Image& picture, std::int64_t width, std::int64_t height) {
  return width % picture.width == 0 && height % picture.height == 0 && height >= 4 * picture.height;
}

Image scale_picture(const Image& picture, std::int64_t width, std::int64_t height) try {
  Image source = to_rgb(picture);
  if (width == source.width && height == source.height)
    return source;
  Image scaled = Image::blank(width, height, 3, 0);
  const cv::Mat from(static_cast<int>(source.height), static_cast<int>(source.width), CV_8UC3,
                     source.pixels.data());
  cv::Mat to(static_cast<int>(height), static_cast<int>(width), CV_8UC3, scaled.pixels.data());
  const int filter = height < source.height                ? cv::INTER_AREA
                     : keeps_edges(picture, width, height) ? cv::INTER_NEAREST
                                                           : cv::INTER_CUBIC;
  cv::resize(from, to, to.size(), 0, 0, filter);
  return scaled;
} catch (const cv::Exception& error) {
  rethrow_opencv(error);
}

CairoPointer<cairo_surface_t> to_surface(const Image& rgb) {
  const CairoLibrary& c = cairo();
  CairoPointer<cairo_surface_t> surface(c.cairo_image_surface_create(
      CAIRO_FORMAT_RGB24, static_cast<int>(rgb.width), static_cast<int>(rgb.height)));
  check_cairo(c.cairo_surface_status(surface.get()));
  c.cairo_surface_flush(surface.get());
  std::uint8_t* data = c.cairo_image_surface_get_data(surface.get());
  const int stride = c.cairo_image_surface_get_stride(surface.get());
  for (std::int64_t y = 0; y < rgb.height; ++y) {
    auto* out = reinterpret_cast<std::uint32_t*>(data + y * stride);
    const std::uint8_t* in = rgb.at(0, y);
    for (std::int64_t x = 0; x < rgb.width; ++x, in += 3)
      out[x] = std::uint32_t{in[0]} << 16 | std::uint32_t{in[1]} << 8 | in[2];
  }
  c.cairo_surface_mark_dirty(surface.get());
  return surface;
}

void set_colour(cairo_t* context, const Colour& colour, double opacity = 1) {
  cairo().cairo_set_source_rgba(context, colour[0] / 255.0, colour[1] / 255.0, colour[2] / 255.0, opacity);
}

void trace(cairo_t* context, const std::vector<DrawnPoint>& points) {
  for (std::size_t i = 0; i < points.size(); ++i)
    (i == 0 ? cairo().cairo_move_to : cairo().cairo_line_to)(context, points[i].x, points[i].y);
}

void draw_mark(cairo_t* context, const DrawnLine& line) {
  const CairoLibrary& c = cairo();
  set_colour(context, line.colour);
  c.cairo_set_line_width(context, line.width);
  c.cairo_set_line_join(context, CAIRO_LINE_JOIN_ROUND);
  c.cairo_set_dash(context, line.dashes.data(), static_cast<int>(line.dashes.size()), 0);
  trace(context, line.points);
  c.cairo_stroke(context);
}

void draw_mark(cairo_t* context, const DrawnArea& area) {
  set_colour(context, area.colour, area.opacity);
  trace(context, area.outline);
  cairo().cairo_close_path(context);
  cairo().cairo_fill(context);
}

void draw_mark(cairo_t* context, const DrawnText& text) {
  if (text.text.empty())
    return;
  const CairoPointer<PangoLayout> layout = lay_out_text(text);
  const LayoutBox box = box_of(layout.get());
  const double shift = text.anchor == Anchor::Left     ? 0
                       : text.anchor == Anchor::Middle ? box.width / 2
                                                       : box.width;
  set_colour(context, text.style.colour);
  cairo().cairo_move_to(context, text.at.x - shift - box.left, text.at.y);
  cairo().pango_cairo_show_layout(context, layout.get());
}

}  // namespace

void check_cairo(cairo_status_t status) {
  if (status == CAIRO_STATUS_NO_MEMORY)
    throw std::bad_alloc();
  if (status != CAIRO_STATUS_SUCCESS)
    throw InternalError(fmt::format("internal error: Cairo: {}", cairo().cairo_status_to_string(status)));
}

PreparedDrawing::PreparedDrawing(const Drawing& drawing, double dpi, bool is_raster)
    : drawing_(drawing), dpi_(dpi), is_raster_(is_raster) {
  FOVEA_CHECK(dpi >= 24 && dpi <= 1200, "a resolution of {:g} dpi: expected 24 to 1200", dpi);
  for (const Mark& mark : drawing.marks)
    if (const auto* picture = std::get_if<DrawnPicture>(&mark))
      pictures_.push_back(prepare(*picture));
}

PreparedDrawing::Scaled PreparedDrawing::prepare(const DrawnPicture& picture) const {
  check_image(picture.image);
  const double scale = dpi_ / kUnitsPerInch;
  const auto pixels = [scale](double units) {
    return std::max<std::int64_t>(std::llround(units * scale), 1);
  };
  std::int64_t width = pixels(picture.width), height = pixels(picture.height);
  Scaled scaled;
  scaled.has_sharp_pixels =
      keeps_edges(picture.image, std::llround(picture.width), std::llround(picture.height));
  if (is_raster_) {
    scaled.left = std::round(picture.at.x * scale) / scale;
    scaled.top = std::round(picture.at.y * scale) / scale;
    scaled.width = static_cast<double>(width) / scale;
    scaled.height = static_cast<double>(height) / scale;
  } else {
    scaled.left = picture.at.x;
    scaled.top = picture.at.y;
    scaled.width = picture.width;
    scaled.height = picture.height;
    if (width >= picture.image.width || height >= picture.image.height) {
      width = picture.image.width;
      height = picture.image.height;
    }
  }
  const Image rgb = scale_picture(picture.image, width, height);
  scaled.columns = static_cast<double>(rgb.width);
  scaled.rows = static_cast<double>(rgb.height);
  scaled.surface = to_surface(rgb);
  return scaled;
}

void PreparedDrawing::draw(cairo_t* context, const Scaled& picture) const {
  const CairoLibrary& c = cairo();
  const double frame = is_raster_ ? kUnitsPerInch / dpi_ : 0.75;
  c.cairo_set_source_rgba(context, kFrameGrey, kFrameGrey, kFrameGrey, 1);
  c.cairo_rectangle(context, picture.left - frame, picture.top - frame, picture.width + 2 * frame,
                    picture.height + 2 * frame);
  c.cairo_fill(context);
  c.cairo_save(context);
  c.cairo_translate(context, picture.left, picture.top);
  c.cairo_scale(context, picture.width / picture.columns, picture.height / picture.rows);
  c.cairo_set_source_surface(context, picture.surface.get(), 0, 0);
  cairo_pattern_t* pattern = c.cairo_get_source(context);
  c.cairo_pattern_set_filter(pattern, is_raster_ || picture.has_sharp_pixels ? CAIRO_FILTER_NEAREST
                                                                             : CAIRO_FILTER_GOOD);
  c.cairo_pattern_set_extend(pattern, CAIRO_EXTEND_PAD);
  c.cairo_rectangle(context, 0, 0, picture.columns, picture.rows);
  c.cairo_fill(context);
  c.cairo_restore(context);
}

void PreparedDrawing::render(cairo_t* context) const {
  const CairoLibrary& c = cairo();
  c.cairo_set_source_rgba(context, 1, 1, 1, 1);
  c.cairo_paint(context);
  auto picture = pictures_.begin();
  for (const Mark& mark : drawing_.marks) {
    if (std::holds_alternative<DrawnPicture>(mark))
      draw(context, *picture++);
    else if (const auto* line = std::get_if<DrawnLine>(&mark))
      draw_mark(context, *line);
    else if (const auto* area = std::get_if<DrawnArea>(&mark))
      draw_mark(context, *area);
    else
      draw_mark(context, std::get<DrawnText>(mark));
  }
  check_cairo(c.cairo_status(context));
}

}  // namespace fovea
