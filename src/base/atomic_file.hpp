#pragma once

#include <string>
#include <string_view>

namespace fovea {

/// Writes `bytes` as the file `path`, whole or not at all: to a temporary file in the same folder that takes
/// the name when everything is on it. The mode of a file already there is kept, a symbolic link is followed,
/// a device or pipe is written directly. OutputError naming the file; what was there before is then untouched
/// and nothing new is left behind.
void write_file_atomically(const std::string& path, std::string_view bytes);

}  // namespace fovea
