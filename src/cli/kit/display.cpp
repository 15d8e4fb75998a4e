#include "cli/kit/display.hpp"

#include "base/wrapped_text.hpp"
#include "cli/kit/terminal.hpp"

#include <cstdlib>
#include <mutex>
#include <unistd.h>

namespace fovea::cli {
namespace {

DisplayOptions& display_options() {
  static DisplayOptions chosen;
  return chosen;
}

struct ProgressLine {
  std::mutex mutex;
  bool is_shown = false;
};

/// Never taken down, like standard error itself.
ProgressLine& progress_line() {
  static auto* const line = new ProgressLine;
  return *line;
}

void write_plainly(std::string_view text) {
  [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, text.data(), text.size());
}

constexpr std::string_view kClearLine = "\r\033[K";

std::string_view environment_text(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string_view() : value;
}

}  // namespace

ColourUse parse_colour_use(std::string_view text) {
  return text == "always" ? ColourUse::Always : text == "never" ? ColourUse::Never : ColourUse::Auto;
}

void set_display(const DisplayOptions& chosen) {
  display_options() = chosen;
}

const DisplayOptions& display() {
  return display_options();
}

bool has_colours(int descriptor) {
  if (display_options().colour != ColourUse::Auto)
    return display_options().colour == ColourUse::Always;
  return ::isatty(descriptor) == 1 && environment_text("NO_COLOR").empty() &&
         environment_text("TERM") != "dumb";
}

bool has_progress() {
  return display_options().shows_progress && ::isatty(STDERR_FILENO) == 1 &&
         environment_text("TERM") != "dumb";
}

std::string displayed_message(std::string_view given) {
  const std::string message = hanging_lines(given, line_width(STDERR_FILENO));

  constexpr struct {
    std::string_view kind, colour;
  } kinds[] = {{"error:", "\033[1;31m"}, {"warning:", "\033[1;33m"}, {"note:", "\033[1;36m"}};
  constexpr std::string_view program = "fovea: ";
  if (!message.starts_with(program))
    return message;
  const std::string_view rest = std::string_view(message).substr(program.size());
  if (display_options().is_quiet && rest.starts_with("note:"))
    return {};
  if (has_colours(STDERR_FILENO))
    for (const auto& [kind, colour] : kinds)
      if (rest.starts_with(kind))
        return std::string(program).append(colour).append(kind).append("\033[0m").append(
            rest.substr(kind.size()));
  return message;
}

void show_progress_line(const std::string& line) {
  const std::lock_guard lock(progress_line().mutex);
  write_plainly(std::string(kClearLine) + line);
  progress_line().is_shown = true;
}

void clear_progress_line() {
  const std::lock_guard lock(progress_line().mutex);
  if (progress_line().is_shown)
    write_plainly(kClearLine);
  progress_line().is_shown = false;
}

}  // namespace fovea::cli
