#pragma once

#include <string>
#include <string_view>

namespace fovea {

/// Names in files, file names and messages of other libraries are bytes of any kind. What leaves the program
/// goes through one of these functions.

/// The text as valid UTF-8 (RFC 3629): every byte that does not belong to a well-formed character becomes
/// U+FFFD. For JSON, CSV and HTML.
std::string valid_utf8(std::string_view text);
bool is_valid_utf8(std::string_view text);

/// The text as one line that is safe to show on a terminal. Control characters (C0, DEL, C1), line and
/// paragraph separators and the marks that change the direction of text become escapes (\n, \x1b, \u202e),
/// as do bytes that are not UTF-8 (\xff). Plain characters, backslashes among them, stay as they are, so
/// that what is shown twice is the same as what is shown once.
std::string shown(std::string_view text);
/// The same with ends of lines left as they are. JSON that nlohmann wrote stays JSON of the same meaning.
std::string shown_lines(std::string_view text);

}  // namespace fovea
