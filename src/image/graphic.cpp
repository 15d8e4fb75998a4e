#include "base/atomic_file.hpp"
#include "base/check.hpp"
#include "base/output_name.hpp"
#include "image/encode_png.hpp"
#include "image/figure.hpp"

namespace fovea {
namespace {

/// Letters are drawn on white, where lower qualities show.
constexpr int kJpegQuality = 95;

Drawing drawing_of(const Graphic& graphic) {
  return std::visit([](const auto& any) { return lay_out(any); }, graphic);
}

bool ends_with(std::string_view path, std::string_view ending) {
  return has_ending(path, {&ending, 1});
}

bool is_jpeg(std::string_view path) {
  return ends_with(path, ".jpg") || ends_with(path, ".jpeg");
}

}  // namespace

Image draw(const Graphic& graphic, double dpi) {
  return paint(drawing_of(graphic), dpi);
}

std::string to_svg(const Graphic& graphic, double dpi) {
  return write_svg(drawing_of(graphic), dpi);
}

std::string to_pdf(const Graphic& graphic, double dpi) {
  return write_pdf(drawing_of(graphic), dpi);
}

bool is_graphic_path(std::string_view path) {
  return path == "/dev/stdout" || has_ending(path, kFigureEndings);
}

std::string encode_graphic(const std::string& path, const Graphic& graphic, std::optional<double> dpi) {
  FOVEA_CHECK(is_graphic_path(path),
              "'{}' is no name for a figure: expected one that ends in .png, .jpg, .svg or .pdf", path);
  if (ends_with(path, ".svg"))
    return to_svg(graphic, dpi.value_or(kPrintDpi)) + "<!-- fovea -->\n";
  if (ends_with(path, ".pdf"))
    return to_pdf(graphic, dpi.value_or(kPrintDpi));
  if (is_jpeg(path))
    return encode_jpeg(draw(graphic, dpi.value_or(kScreenDpi)), kJpegQuality);
  return encode_png_of_dpi(draw(graphic, dpi.value_or(kScreenDpi)), dpi.value_or(kScreenDpi));
}

void write_graphic(const std::string& path, const Graphic& graphic, std::optional<double> dpi) {
  write_file_atomically(path, encode_graphic(path, graphic, dpi));
}

}  // namespace fovea
