#pragma once

#include <filesystem>
#include <string>

/// Paths in files that are passed on to others, which should tell nothing of the folders of one machine.
namespace fovea {

/// Whether a path is that of standard input, /dev/stdin.
bool is_standard_input(const std::string& path);

/// The path of a file that was read, as results and messages name it: "standard input" for /dev/stdin, any
/// other as it is.
std::string name_of_input(const std::string& path);

/// A path as others may see it: an absolute one relative to `folder`, if a folder besides the root holds
/// both; otherwise its file name alone. Relative paths stay as they are.
std::string shown_path(const std::string& path, const std::filesystem::path& folder);
/// The same, relative to the working folder.
std::string shown_path(const std::string& path);

/// An argument of a command line whose path, or the path behind its "=", is given by `shown_path`.
std::string shown_argument(const std::string& argument, const std::filesystem::path& folder);
std::string shown_argument(const std::string& argument);

}  // namespace fovea
