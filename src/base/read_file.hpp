#pragma once

#include <cstddef>
#include <string>

namespace fovea {

/// The bytes of the file (or pipe) `path`. InputError naming it when it is missing, a folder, unreadable or
/// longer than `limit`.
std::string read_file(const std::string& path, std::size_t limit);

}  // namespace fovea
