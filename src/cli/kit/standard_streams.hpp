#pragma once

#include <string>

/// "-" on the command line: standard input where something is read, standard output where one file is
/// written.
namespace fovea::cli {

/// The paths that "-" stands for. Each can be opened as often as needed, and neither is closed by that.
inline constexpr const char* kStandardInput = "/dev/stdin";
inline constexpr const char* kStandardOutput = "/dev/stdout";

/// The treatment of an archive that comes by a pipe.
enum class PipedArchives {
  Kept,      ///< as everything else
  Streamed,  ///< it stays in the pipe, from which it can be read once
};
/// Makes standard input a regular file, which kStandardInput then names: what a pipe gives is read to its end
/// into memory. InputError if that is more than 4 GiB or cannot be read; UsageError if it is a terminal.
void keep_standard_input(PipedArchives archives);
/// The first bytes of the archive that standard input gives; empty if it gives another file or was not kept
/// as that of a command that takes archives.
const std::string& archive_on_standard_input();

/// Sends what the program prints to standard error from now on, so that standard output holds nothing but the
/// file. UsageError if standard output is a terminal.
void keep_standard_output_for_file();

}  // namespace fovea::cli
