#pragma once

#include <string>
#include <string_view>

/// How the program shows messages and progress.
namespace fovea::cli {

enum class ColourUse { Auto, Always, Never };
/// "auto", "always" or "never".
ColourUse parse_colour_use(std::string_view text);

struct DisplayOptions {
  bool is_quiet = false;  ///< no notes
  bool shows_progress = true;
  ColourUse colour = ColourUse::Auto;
};

/// Sets the options of the whole program; before other threads exist.
void set_display(const DisplayOptions& options);
const DisplayOptions& display();

/// Whether texts for that descriptor, 1 or 2, have colours. With Auto those for a terminal have them, unless
/// the environment sets NO_COLOR or says that the terminal is dumb.
bool has_colours(int descriptor);
/// Whether a progress line is shown: on standard error, if that is a terminal.
bool has_progress();

/// A message as it goes to standard error: wrapped to the width of a terminal, with colours for its kind, and
/// empty for a note that is not to be shown. `given` begins with "fovea: note: ", "fovea: warning: " or
/// "fovea: error: ", or stays as it is.
std::string displayed_message(std::string_view given);

/// Shows a line of at most the terminal's width in place of the last one. Any thread may call this.
void show_progress_line(const std::string& line);
/// Removes it, as every message and result does before it appears.
void clear_progress_line();

}  // namespace fovea::cli
