#include "base/check.hpp"
#include "base/utf8.hpp"
#include "image/render.hpp"
#include "image/text.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <unordered_map>

namespace fovea {
namespace {

extern "C" cairo_status_t append_bytes(void* file, const unsigned char* bytes, unsigned int count) {
  try {
    static_cast<std::string*>(file)->append(reinterpret_cast<const char*>(bytes), count);
    return CAIRO_STATUS_SUCCESS;
  } catch (...) {  // C code lies between: nothing is thrown across it
    return CAIRO_STATUS_NO_MEMORY;
  }
}

/// Renders to a surface and finishes it. The drawing mutex must be held.
void render_to(cairo_surface_t* surface, const PreparedDrawing& prepared, double scale) {
  const CairoLibrary& c = cairo();
  check_cairo(c.cairo_surface_status(surface));
  {
    const CairoPointer<cairo_t> context(c.cairo_create(surface));
    c.cairo_scale(context.get(), scale, scale);
    prepared.render(context.get());
  }
  c.cairo_surface_finish(surface);
  check_cairo(c.cairo_surface_status(surface));
}

std::string escaped(std::string_view text) {
  std::string escaped;
  for (const char c : valid_utf8(text))
    switch (c) {
    case '&':
      escaped += "&amp;";
      break;
    case '<':
      escaped += "&lt;";
      break;
    case '>':
      escaped += "&gt;";
      break;
    default:
      escaped += static_cast<unsigned char>(c) < 32 ? ' ' : c;
    }
  return escaped;
}

/// FNV-1a, of 64 bits.
std::uint64_t hash_of(std::string_view bytes) {
  std::uint64_t hash = 14695981039346656037U;
  for (const char c : bytes)
    hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211U;
  return hash;
}

/// What stands before the names of elements in Cairo's SVG files, and before nothing else.
constexpr std::array<std::string_view, 3> kNameStarts = {"id=\"", "\"#", "url(#"};

/// Replaces each name of an element by what `rename` makes of it.
template <class Rename>
std::string with_names(std::string_view svg, const Rename& rename) {
  std::string result;
  result.reserve(svg.size() + svg.size() / 8);
  std::array<std::size_t, kNameStarts.size()> found;
  for (std::size_t i = 0; i < found.size(); ++i)
    found[i] = svg.find(kNameStarts[i]);
  std::size_t at = 0;
  while (true) {
    const std::size_t first =
        static_cast<std::size_t>(std::min_element(found.begin(), found.end()) - found.begin());
    if (found[first] == std::string_view::npos)
      break;
    const std::size_t name = found[first] + kNameStarts[first].size();
    const std::size_t end = std::min(svg.find_first_of("\")", name), svg.size());
    result.append(svg, at, name - at);
    result += rename(std::string(svg.substr(name, end - name)));
    at = end;
    for (std::size_t i = 0; i < found.size(); ++i)
      if (found[i] != std::string_view::npos && found[i] < at)
        found[i] = svg.find(kNameStarts[i], at);
  }
  return result.append(svg, at);
}

/// Cairo numbers elements through the whole process. Numbered through the drawing instead, behind the hash of
/// its content, names are the same in every run, and two drawings may stand in one page.
std::string rename_elements(std::string_view svg) {
  std::unordered_map<std::string, std::string> names;
  const auto number_of = [&names](const std::string& name) {
    return names.try_emplace(name, std::to_string(names.size())).first->second;
  };
  const std::string numbered = with_names(svg, number_of);
  const std::string prefix = fmt::format("f{:016x}-", hash_of(numbered));
  return with_names(numbered, [&prefix](const std::string& name) { return prefix + name; });
}

/// All text of a drawing, for those who search or hear the file: Cairo writes glyphs as outlines.
std::string lettering(const Drawing& drawing) {
  std::string all;
  for (const Mark& mark : drawing.marks)
    if (const auto* text = std::get_if<DrawnText>(&mark); text && !text->text.empty())
      all += (all.empty() ? "" : "; ") + text->text;
  return all;
}

}  // namespace

std::string write_svg(const Drawing& drawing, double dpi) {
  const PreparedDrawing prepared(drawing, dpi, false);
  std::string svg;
  {
    const auto lock = lock_drawing();
    const CairoLibrary& c = cairo();
    const CairoPointer<cairo_surface_t> surface(
        c.cairo_svg_surface_create_for_stream(append_bytes, &svg, drawing.width, drawing.height));
    c.cairo_svg_surface_set_document_unit(surface.get(), CAIRO_SVG_UNIT_PX);
    render_to(surface.get(), prepared, 1);
  }
  svg = rename_elements(svg);
  // Without the declaration, and with sizes in units and a title, the file may also stand within a page.
  const std::size_t head = svg.find("<svg "), body = svg.find('>', head);
  FOVEA_ASSERT(body != std::string::npos);
  return fmt::format(R"(<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" )"
                     R"(width="{0:g}" height="{1:g}" viewBox="0 0 {0:g} {1:g}" role="img">)"
                     "\n<title>{2}</title>\n<desc>{3}</desc>{4}",
                     drawing.width, drawing.height, escaped(drawing.title), escaped(lettering(drawing)),
                     std::string_view(svg).substr(body + 1));
}

std::string write_pdf(const Drawing& drawing, double dpi) {
  constexpr double points_per_unit = 72 / kUnitsPerInch;
  const PreparedDrawing prepared(drawing, dpi, false);
  std::string pdf;
  const auto lock = lock_drawing();
  const CairoLibrary& c = cairo();
  const CairoPointer<cairo_surface_t> surface(c.cairo_pdf_surface_create_for_stream(
      append_bytes, &pdf, drawing.width * points_per_unit, drawing.height * points_per_unit));
  c.cairo_pdf_surface_restrict_to_version(surface.get(), CAIRO_PDF_VERSION_1_4);
  c.cairo_pdf_surface_set_metadata(surface.get(), CAIRO_PDF_METADATA_TITLE,
                                   valid_utf8(drawing.title).c_str());
  // By which fovea knows its own files (base/replacement.cpp).
  c.cairo_pdf_surface_set_metadata(surface.get(), CAIRO_PDF_METADATA_CREATOR, "fovea");
  // An empty date leaves it out, so that the same drawing gives the same file.
  c.cairo_pdf_surface_set_metadata(surface.get(), CAIRO_PDF_METADATA_CREATE_DATE, "");
  render_to(surface.get(), prepared, points_per_unit);
  return pdf;
}

}  // namespace fovea
