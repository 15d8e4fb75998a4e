#pragma once

#include <string>

/// "-" on the command line: standard input where something is read, standard output where one file is
/// written.
namespace fovea::cli {

/// The paths that "-" stands for. Each can be opened as often as needed, and neither is closed by that.
inline constexpr const char* kStandardInput = "/dev/stdin";
inline constexpr const char* kStandardOutput = "/dev/stdout";

/// Makes standard input a regular file, which kStandardInput then names: what a pipe gives is read to its end
/// into memory. InputError if that is more than 4 GiB or cannot be read; UsageError if it is a terminal.
void keep_standard_input();

/// Sends what the program prints to standard error from now on, so that standard output holds nothing but the
/// file. UsageError if standard output is a terminal.
void keep_standard_output_for_file();

}  // namespace fovea::cli
