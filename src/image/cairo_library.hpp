#pragma once

#include "base/shared_library.hpp"

#include <cairo-pdf.h>
#include <cairo-svg.h>
#include <pango/pangocairo.h>

#include <memory>

/// Cairo and Pango, which are loaded by the first drawing: they bring about forty libraries, which programs
/// that draw nothing neither wait for nor need.
namespace fovea {

/// The functions of Cairo, Pango and GObject that are used, under their own names; libpangocairo brings them
/// all.
class CairoLibrary {
#define FOVEA_FUNCTION(name) decltype(&::name) name = find<decltype(&::name)>(#name)

  SharedLibrary library_;
  template <class Function>
  Function find(const char* name) const {
    Function function = nullptr;
    library_.find(function, name);
    return function;
  }

public:
  /// InputError that names the Debian package where the library is not installed.
  CairoLibrary() : library_("libpangocairo-1.0.so.0", "libpangocairo-1.0-0") {}

  FOVEA_FUNCTION(cairo_close_path);
  FOVEA_FUNCTION(cairo_create);
  FOVEA_FUNCTION(cairo_destroy);
  FOVEA_FUNCTION(cairo_fill);
  FOVEA_FUNCTION(cairo_font_options_create);
  FOVEA_FUNCTION(cairo_font_options_destroy);
  FOVEA_FUNCTION(cairo_font_options_set_antialias);
  FOVEA_FUNCTION(cairo_font_options_set_hint_metrics);
  FOVEA_FUNCTION(cairo_font_options_set_hint_style);
  FOVEA_FUNCTION(cairo_get_source);
  FOVEA_FUNCTION(cairo_image_surface_create);
  FOVEA_FUNCTION(cairo_image_surface_get_data);
  FOVEA_FUNCTION(cairo_image_surface_get_stride);
  FOVEA_FUNCTION(cairo_line_to);
  FOVEA_FUNCTION(cairo_move_to);
  FOVEA_FUNCTION(cairo_paint);
  FOVEA_FUNCTION(cairo_pattern_set_extend);
  FOVEA_FUNCTION(cairo_pattern_set_filter);
  FOVEA_FUNCTION(cairo_pdf_surface_create_for_stream);
  FOVEA_FUNCTION(cairo_pdf_surface_restrict_to_version);
  FOVEA_FUNCTION(cairo_pdf_surface_set_metadata);
  FOVEA_FUNCTION(cairo_rectangle);
  FOVEA_FUNCTION(cairo_restore);
  FOVEA_FUNCTION(cairo_save);
  FOVEA_FUNCTION(cairo_scale);
  FOVEA_FUNCTION(cairo_set_dash);
  FOVEA_FUNCTION(cairo_set_line_join);
  FOVEA_FUNCTION(cairo_set_line_width);
  FOVEA_FUNCTION(cairo_set_source_rgba);
  FOVEA_FUNCTION(cairo_set_source_surface);
  FOVEA_FUNCTION(cairo_status);
  FOVEA_FUNCTION(cairo_status_to_string);
  FOVEA_FUNCTION(cairo_stroke);
  FOVEA_FUNCTION(cairo_surface_destroy);
  FOVEA_FUNCTION(cairo_surface_finish);
  FOVEA_FUNCTION(cairo_surface_flush);
  FOVEA_FUNCTION(cairo_surface_mark_dirty);
  FOVEA_FUNCTION(cairo_surface_status);
  FOVEA_FUNCTION(cairo_svg_surface_create_for_stream);
  FOVEA_FUNCTION(cairo_svg_surface_set_document_unit);
  FOVEA_FUNCTION(cairo_translate);
  FOVEA_FUNCTION(pango_cairo_context_set_font_options);
  FOVEA_FUNCTION(pango_cairo_font_map_new_for_font_type);
  FOVEA_FUNCTION(pango_cairo_show_layout);
  FOVEA_FUNCTION(pango_context_set_round_glyph_positions);
  FOVEA_FUNCTION(pango_font_description_free);
  FOVEA_FUNCTION(pango_font_description_new);
  FOVEA_FUNCTION(pango_font_description_set_absolute_size);
  FOVEA_FUNCTION(pango_font_description_set_family);
  FOVEA_FUNCTION(pango_font_description_set_weight);
  FOVEA_FUNCTION(pango_font_map_create_context);
  FOVEA_FUNCTION(pango_layout_get_extents);
  FOVEA_FUNCTION(pango_layout_get_iter);
  FOVEA_FUNCTION(pango_layout_get_unknown_glyphs_count);
  FOVEA_FUNCTION(pango_layout_iter_free);
  FOVEA_FUNCTION(pango_layout_iter_get_run_readonly);
  FOVEA_FUNCTION(pango_layout_iter_next_run);
  FOVEA_FUNCTION(pango_layout_new);
  FOVEA_FUNCTION(pango_layout_set_alignment);
  FOVEA_FUNCTION(pango_layout_set_ellipsize);
  FOVEA_FUNCTION(pango_layout_set_font_description);
  FOVEA_FUNCTION(pango_layout_set_height);
  FOVEA_FUNCTION(pango_layout_set_text);
  FOVEA_FUNCTION(pango_layout_set_width);
  FOVEA_FUNCTION(pango_layout_set_wrap);
  FOVEA_FUNCTION(g_object_unref);
  FOVEA_FUNCTION(g_unichar_get_script);

#undef FOVEA_FUNCTION
};

/// The loaded library.
const CairoLibrary& cairo();

struct CairoDeleter {
  void operator()(cairo_t* context) const { cairo().cairo_destroy(context); }
  void operator()(cairo_surface_t* surface) const { cairo().cairo_surface_destroy(surface); }
  void operator()(cairo_font_options_t* options) const { cairo().cairo_font_options_destroy(options); }
  void operator()(PangoFontDescription* font) const { cairo().pango_font_description_free(font); }
  void operator()(PangoLayoutIter* iterator) const { cairo().pango_layout_iter_free(iterator); }
  void operator()(PangoLayout* layout) const { cairo().g_object_unref(layout); }
};
template <class T>
using CairoPointer = std::unique_ptr<T, CairoDeleter>;

}  // namespace fovea
