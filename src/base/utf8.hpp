#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace fovea {

/// Names in files, file names and messages of other libraries may contain any bytes. Everything that leaves
/// the program passes through one of these functions.

/// The text as valid UTF-8 (RFC 3629), for JSON, CSV and HTML: every byte that does not belong to a
/// well-formed character becomes U+FFFD.
std::string valid_utf8(std::string_view text);
bool is_valid_utf8(std::string_view text);

struct Character {
  std::uint32_t code = 0;
  std::size_t bytes = 0;  ///< 0: the first byte does not begin a well-formed character
};
/// The character that a text, which is not empty, begins with.
Character first_character(std::string_view text);
/// Whether a terminal acts on the character instead of showing it: control characters, line and paragraph
/// separators, marks of direction.
bool is_control(std::uint32_t code);

/// The text as one line that is safe to show on a terminal. Control characters (C0, DEL, C1), line and
/// paragraph separators and the marks that change the direction of text become escapes (\n, \x1b, \u202e), as
/// do bytes that are not UTF-8 (\xff). Plain characters, including backslashes, stay unchanged, so that
/// escaping twice equals escaping once.
std::string shown(std::string_view text);
/// The same, but line ends are kept. JSON written by nlohmann-json keeps its meaning.
std::string shown_lines(std::string_view text);

}  // namespace fovea
