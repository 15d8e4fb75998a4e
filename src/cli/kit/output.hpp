#pragma once

#include "base/json.hpp"
#include "base/shown_format.hpp"
#include "fovea/note.hpp"

#include <span>
#include <string>
#include <string_view>
#include <utility>

/// All that the program writes to standard output and standard error goes through these functions, so that
/// no name from a file reaches a terminal raw and no lost message ends a run.
namespace fovea::cli {

void write_message(std::string_view text);
void write_output(std::string_view text);

/// Writes to standard error; a message that cannot be written is lost.
template <class... Arguments>
void say(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
  write_message(shown_format(format, std::forward<Arguments>(arguments)...));
}

/// Writes to standard output. When that is full or closed the run goes on and `lost_output` tells at the end;
/// std::system_error when nobody reads it any more (EPIPE).
template <class... Arguments>
void print(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
  write_output(shown_format(format, std::forward<Arguments>(arguments)...));
}

/// Each note as a line of its own on standard error.
void say_notes(std::span<const Note> notes);
/// `print` for a text of several lines, whose ends stay.
void print_lines(std::string_view text);
/// JSON on standard output, with an end of line.
void print_json(const nlohmann::ordered_json& json);

/// Writes out what is left for standard output. The error number of the first failure since the program's
/// begin, or 0.
int lost_output();

/// Opens /dev/null for those of the descriptors 0 to 2 that are closed, so that no file of the program's own
/// is taken for one of them. Reading from and writing to them fails, as if they were closed.
void keep_standard_descriptors();

}  // namespace fovea::cli
