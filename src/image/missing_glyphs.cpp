#include "image/missing_glyphs.hpp"

#include "fovea/image.hpp"
#include "image/text.hpp"

#include <map>
#include <set>

namespace fovea {
namespace {

/// Characters that no font has, by the Debian package of a font that has them. Changed and read while the
/// drawing mutex is held.
struct Missing {
  std::map<std::string, std::set<std::uint32_t>> by_package;
  std::set<std::string> told;  ///< packages that were named already
};

Missing& missing() {
  static Missing instance;
  return instance;
}

bool is_between(std::uint32_t code, std::uint32_t first, std::uint32_t last) {
  return code >= first && code <= last;
}

/// Empty where no character has that number.
std::string package_of(std::uint32_t code) {
  switch (cairo().g_unichar_get_script(code)) {
  case G_UNICODE_SCRIPT_LATIN:
  case G_UNICODE_SCRIPT_GREEK:
  case G_UNICODE_SCRIPT_CYRILLIC:
    return "fonts-dejavu-core";
  case G_UNICODE_SCRIPT_HAN:
  case G_UNICODE_SCRIPT_HANGUL:
  case G_UNICODE_SCRIPT_HIRAGANA:
  case G_UNICODE_SCRIPT_KATAKANA:
  case G_UNICODE_SCRIPT_BOPOMOFO:
    return "fonts-noto-cjk";
  case G_UNICODE_SCRIPT_INVALID_CODE:
  case G_UNICODE_SCRIPT_UNKNOWN:
    return {};
  case G_UNICODE_SCRIPT_COMMON:
  case G_UNICODE_SCRIPT_INHERITED:
    break;
  default:
    return "fonts-noto-core";
  }
  if (is_between(code, 0x1F000, 0x1FAFF) || is_between(code, 0x2600, 0x27BF))
    return "fonts-noto-color-emoji";
  if (is_between(code, 0x2E80, 0x33FF) || is_between(code, 0xFE30, 0xFE4F) ||
      is_between(code, 0xFF00, 0xFFEF))
    return "fonts-noto-cjk";
  return code < 0x250 ? "fonts-dejavu-core" : "fonts-noto-core";
}

std::string utf8_of(std::uint32_t code) {
  const auto tail = [code](int shift) { return static_cast<char>(0x80 | (code >> shift & 0x3F)); };
  if (code < 0x80)
    return {static_cast<char>(code)};
  if (code < 0x800)
    return {static_cast<char>(0xC0 | code >> 6), tail(0)};
  if (code < 0x10000)
    return {static_cast<char>(0xE0 | code >> 12), tail(6), tail(0)};
  return {static_cast<char>(0xF0 | code >> 18), tail(12), tail(6), tail(0)};
}

}  // namespace

void note_missing_glyphs(PangoLayout* layout) {
  const CairoLibrary& c = cairo();
  if (c.pango_layout_get_unknown_glyphs_count(layout) == 0)
    return;
  const CairoPointer<PangoLayoutIter> at(c.pango_layout_get_iter(layout));
  do {
    const PangoLayoutRun* run = c.pango_layout_iter_get_run_readonly(at.get());
    for (int i = 0; run && i < run->glyphs->num_glyphs; ++i) {
      const PangoGlyph glyph = run->glyphs->glyphs[i].glyph;
      if (glyph == PANGO_GLYPH_EMPTY || (glyph & PANGO_GLYPH_UNKNOWN_FLAG) == 0)
        continue;
      const std::uint32_t code = glyph & ~PANGO_GLYPH_UNKNOWN_FLAG;
      missing().by_package[package_of(code)].insert(code);
    }
  } while (c.pango_layout_iter_next_run(at.get()));
}

std::vector<Note> take_drawing_notes() {
  constexpr std::size_t most_named = 12;
  const std::lock_guard lock(drawing_mutex());
  std::vector<Note> notes;
  for (const auto& [package, codes] : missing().by_package) {
    if (!missing().told.insert(package).second)
      continue;
    std::string characters;
    std::size_t named = 0;
    for (const std::uint32_t code : codes)
      if (named++ < most_named)
        characters += utf8_of(code);
    notes.push_back(
        {NoteKind::MissingGlyphs, {static_cast<std::int64_t>(codes.size())}, {characters, package}});
  }
  missing().by_package.clear();
  return notes;
}

}  // namespace fovea
