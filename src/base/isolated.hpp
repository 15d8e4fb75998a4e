#pragma once

#include <string>
#include <string_view>

namespace fovea {

/// A name within a text that is read from left to right: between marks that keep a name with letters of a
/// script that is read from right to left (Arabic, Hebrew, ...) together, so that neither changes the other's
/// order (Unicode's U+200E, U+2068 and U+2069). A name without such letters stays as it is.
std::string isolated(std::string_view name);
/// The same for the name of a file, which is read from left to right as a whole (U+2066), so that its ending
/// stays at its end.
std::string isolated_file(std::string_view name);

}  // namespace fovea
