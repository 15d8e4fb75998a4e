#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace fovea {

/// Examines a file's first bytes, up to 4096, and throws if they cannot be the beginning of the expected kind
/// of file.
using CheckBeginning = std::function<void(std::string_view bytes, std::size_t file_size)>;

/// All bytes of a regular file. InputError naming the file when it cannot be read, is not a regular file (a
/// pipe, a device, a socket or a folder: none of them is waited for) or is longer than `limit` bytes. `check`
/// is called before the rest is read; its exceptions are passed on unchanged.
std::string read_file(const std::string& path, std::size_t limit, const CheckBeginning& check = {});

/// Opens a regular file for reading without ever blocking. Returns the descriptor, or -1 and the reason in
/// `why`, which begins with "cannot be opened: " or "is a ".
int open_regular_file(const std::string& path, std::string& why);

}  // namespace fovea
