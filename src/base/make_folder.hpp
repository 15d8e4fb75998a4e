#pragma once

#include <string>

namespace fovea {

/// Makes the folder, and those above it, if it does not exist. OutputError if that fails or nothing can be
/// written into it.
void make_folder(const std::string& path);

}  // namespace fovea
