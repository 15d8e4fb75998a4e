#pragma once

#include <string>

namespace fovea {

/// Creates the folder and its parents if they do not exist. OutputError if that fails or the folder is not
/// writable. An interrupt removes what was created here and is empty (`note_made_folder`).
void make_folder(const std::string& path);
/// Creates the folder that a file is to be written into in the same way. Does nothing for a path without a
/// folder and for what exists.
void make_folder_of(const std::string& file);

}  // namespace fovea
