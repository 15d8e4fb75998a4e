#pragma once

#include <string>
#include <string_view>

namespace fovea {

/// Throws the OutputError of a failed call on the file `path`; `error` is its errno.
[[noreturn]] void throw_write_error(const std::string& path, int error);

/// Writes all bytes to a descriptor. OutputError naming `path` when that fails.
void write_all(int descriptor, std::string_view bytes, const std::string& path);

}  // namespace fovea
