#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace fovea {

/// Looks at a file's first bytes, up to 4096, and throws where they cannot be the beginning of what is
/// expected.
using CheckBeginning = std::function<void(std::string_view bytes, std::size_t file_size)>;

/// All bytes of a regular file. InputError naming the file when it cannot be read, is not a regular file (a
/// pipe, a device, a socket or a folder: none of them is waited for) or is longer than `limit` bytes. Errors
/// of `check`, which is asked before the rest is read, leave as they are.
std::string read_file(const std::string& path, std::size_t limit, const CheckBeginning& check = {});

/// Opens a regular file for reading without ever waiting: the descriptor, or -1 with the reason in `why`,
/// which begins "cannot be opened: " or "is a ".
int open_regular_file(const std::string& path, std::string& why);

}  // namespace fovea
