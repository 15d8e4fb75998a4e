#pragma once

#include <string>

namespace fovea {

/// Creates the folder and its parents if they do not exist. OutputError if that fails or the folder is not
/// writable. An interrupt removes what was created here and is empty (`note_made_folder`).
void make_folder(const std::string& path);

}  // namespace fovea
