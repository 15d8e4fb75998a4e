#include "image/text.hpp"

#include "base/check.hpp"
#include "base/forked.hpp"
#include "base/room_in_memory.hpp"
#include "base/utf8.hpp"
#include "image/missing_glyphs.hpp"

#include <cmath>

namespace fovea {
namespace {

/// Fonts that the first lacks characters of are chosen by fontconfig.
constexpr char kFontFamilies[] = "DejaVu Sans, sans-serif";

/// Takes that many bytes of address space, and two threads such as Pango starts, and gives them back: GLib
/// ends the process where it gets no memory or thread. std::bad_alloc, InputError.
void check_room_to_draw(std::size_t bytes) {
  check_room_in_memory(bytes);
  static std::once_flag once;
  std::call_once(once, [] { check_threads_can_be_made(2); });
}

/// The first layout takes 150 MB: fonts, and stacks and heaps of the two threads that look for them.
constexpr std::size_t kRoomOfFirstLayout = std::size_t{208} << 20U;
constexpr std::size_t kRoomOfDrawing = std::size_t{96} << 20U;

/// What layouts are made with. Glyphs keep the distances that the font asks for at every resolution, so a
/// drawing has the same line breaks in all formats.
struct Typesetter {
  PangoContext* context;

  Typesetter() : context(nullptr) {
    cairo();  // takes room, too
    check_room_to_draw(kRoomOfFirstLayout);
    PangoFontMap* fonts = cairo().pango_cairo_font_map_new_for_font_type(CAIRO_FONT_TYPE_FT);
    FOVEA_ASSERT(fonts);
    context = cairo().pango_font_map_create_context(fonts);
    cairo().pango_context_set_round_glyph_positions(context, FALSE);
    const CairoPointer<cairo_font_options_t> options(cairo().cairo_font_options_create());
    cairo().cairo_font_options_set_antialias(options.get(), CAIRO_ANTIALIAS_GRAY);
    cairo().cairo_font_options_set_hint_style(options.get(), CAIRO_HINT_STYLE_SLIGHT);
    cairo().cairo_font_options_set_hint_metrics(options.get(), CAIRO_HINT_METRICS_OFF);
    cairo().pango_cairo_context_set_font_options(context, options.get());
  }
};

/// Kept until the process ends.
const Typesetter& typesetter() {
  static const Typesetter instance;
  return instance;
}

/// Without control characters, which no font has.
std::string printable(std::string_view text) {
  std::string result = valid_utf8(text);
  for (char& c : result)
    if ((static_cast<unsigned char>(c) < 32 && c != '\n') || c == 127)
      c = ' ';
  return result;
}

int to_pango(double units) {
  return static_cast<int>(std::lround(units * PANGO_SCALE));
}

}  // namespace

std::mutex& drawing_mutex() {
  static std::mutex mutex;
  return mutex;
}

std::unique_lock<std::mutex> lock_drawing() {
  std::unique_lock lock(drawing_mutex());
  check_room_to_draw(kRoomOfDrawing);
  return lock;
}

CairoPointer<PangoLayout> lay_out_text(const DrawnText& text) {
  const CairoLibrary& c = cairo();
  CairoPointer<PangoLayout> layout(c.pango_layout_new(typesetter().context));
  const CairoPointer<PangoFontDescription> font(c.pango_font_description_new());
  c.pango_font_description_set_family(font.get(), kFontFamilies);
  c.pango_font_description_set_weight(font.get(), text.style.weight == Weight::Bold ? PANGO_WEIGHT_BOLD
                                                                                    : PANGO_WEIGHT_NORMAL);
  c.pango_font_description_set_absolute_size(font.get(), text.style.size * PANGO_SCALE);
  c.pango_layout_set_font_description(layout.get(), font.get());
  const std::string shown = printable(text.text);
  c.pango_layout_set_text(layout.get(), shown.data(), static_cast<int>(shown.size()));
  c.pango_layout_set_alignment(layout.get(), text.anchor == Anchor::Left    ? PANGO_ALIGN_LEFT
                                             : text.anchor == Anchor::Right ? PANGO_ALIGN_RIGHT
                                                                            : PANGO_ALIGN_CENTER);
  if (text.width > 0) {
    c.pango_layout_set_width(layout.get(), to_pango(text.width));
    c.pango_layout_set_wrap(layout.get(), PANGO_WRAP_WORD_CHAR);
    if (text.most_lines > 0) {
      c.pango_layout_set_height(layout.get(), -text.most_lines);
      c.pango_layout_set_ellipsize(layout.get(), PANGO_ELLIPSIZE_END);
    }
  }
  note_missing_glyphs(layout.get());
  return layout;
}

LayoutBox box_of(PangoLayout* layout) {
  PangoRectangle extents;
  cairo().pango_layout_get_extents(layout, nullptr, &extents);
  const auto units = [](int length) { return static_cast<double>(length) / PANGO_SCALE; };
  return {units(extents.x), units(extents.width), units(extents.height)};
}

TextSize measure(const DrawnText& text) {
  if (text.text.empty())
    return {};
  const auto lock = lock_drawing();
  const LayoutBox box = box_of(lay_out_text(text).get());
  return {box.width, box.height};
}

}  // namespace fovea
