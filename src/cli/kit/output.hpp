#pragma once

#include "base/json.hpp"
#include "base/shown_format.hpp"
#include "fovea/library.hpp"

#include <span>
#include <string>
#include <string_view>
#include <utility>

/// Everything that the program writes to standard output and standard error passes through these functions,
/// so that names from files are escaped on terminals and a lost message does not end a run.
namespace fovea::cli {

void write_message(std::string_view text);
void write_output(std::string_view text);

/// Writes to standard error; a message that cannot be written is lost.
template <class... Arguments>
void say(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
  write_message(shown_format(format, std::forward<Arguments>(arguments)...));
}

/// Writes to standard output. If that is full or closed, the run continues and `lost_output` reports it at
/// the end; std::system_error if the reader is gone (EPIPE).
template <class... Arguments>
void print(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
  write_output(shown_format(format, std::forward<Arguments>(arguments)...));
}

/// From now on, what is written to standard output by these functions goes to standard error.
void print_to_standard_error();

/// A note as a line of its own on standard error, once in a run however often it comes; nothing for an empty
/// text. Thread-safe.
void say_note(const std::string& text);
void say_notes(std::span<const Note> notes);
/// Like `print`, for a text of several lines, whose line ends are kept.
void print_lines(std::string_view text);
/// JSON on standard output, with an end of line.
void print_json(const nlohmann::ordered_json& json);

/// Flushes standard output. Returns the error number of the first failure since the program's start, or 0.
int lost_output();

/// Opens /dev/null for those of the descriptors 0 to 2 that are closed, so that no file of the program gets
/// one of their numbers. Reading from and writing to them fails, as if they were closed.
void keep_standard_descriptors();

}  // namespace fovea::cli
