#pragma once

#include <string>
#include <string_view>

/// Other programs.
namespace fovea::cli {

/// The place of a program on the PATH, or an empty text.
std::string find_on_path(std::string_view program);

/// The path of this program.
std::string path_of_program();

/// Runs a script by /bin/sh, with this program's standard output and error, and waits for its end. Returns
/// its exit code, or 128 and the signal that ended it. std::system_error if it cannot be started.
int run_shell_script(std::string_view script);

}  // namespace fovea::cli
