#pragma once

#include <string>

namespace fovea {

/// An argument as a POSIX shell reads it: as it is where that is safe in every locale, otherwise in single
/// quotes. Any text without NUL characters may be given, line ends among it.
std::string shell_word(const std::string& text);

}  // namespace fovea
