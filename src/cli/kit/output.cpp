#include "cli/kit/output.hpp"

#include "cli/kit/display.hpp"

#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <mutex>
#include <set>
#include <string>
#include <system_error>
#include <unistd.h>

namespace fovea::cli {
namespace {

/// The first failure of writing to standard output, which the main thread alone does.
int first_failure = 0;
bool output_is_for_file = false;

}  // namespace

void write_message(std::string_view message) {
  clear_progress_line();
  const std::string shown = displayed_message(message);
  std::string_view text = shown;
  // No stream, which would keep what it could not write and try again.
  while (!text.empty()) {
    const ssize_t count = ::write(STDERR_FILENO, text.data(), text.size());
    if (count < 0 && errno == EINTR)
      continue;
    if (count <= 0)
      return;
    text.remove_prefix(static_cast<std::size_t>(count));
  }
}

void print_to_standard_error() {
  output_is_for_file = true;
}

void write_output(std::string_view text) {
  if (output_is_for_file)
    return write_message(text);
  if (::isatty(STDOUT_FILENO) == 1)
    clear_progress_line();
  errno = 0;
  if (std::fwrite(text.data(), 1, text.size(), stdout) == text.size())
    return;
  const int error = errno != 0 ? errno : EIO;
  if (first_failure == 0)
    first_failure = error;
  if (error == EPIPE)
    throw std::system_error(error, std::generic_category(), "standard output");
}

void print_lines(std::string_view text) {
  write_output(shown_lines(text));
}

void print_json(const nlohmann::ordered_json& json) {
  write_output(json_text(json) + "\n");
}

void say_note(const std::string& text) {
  static std::mutex mutex;
  static std::set<std::string> said;
  const std::lock_guard lock(mutex);
  if (!text.empty() && said.insert(text).second)
    say("fovea: note: {}\n", text);
}

void say_notes(std::span<const Note> notes) {
  for (const Note& note : notes)
    say_note(to_string(note));
}

int lost_output() {
  errno = 0;
  const bool failed = std::fflush(stdout) != 0 || std::ferror(stdout) != 0;
  if (failed && first_failure == 0)
    first_failure = errno != 0 ? errno : EIO;
  return first_failure;
}

void keep_standard_descriptors() {
  for (const int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
    if (::fcntl(descriptor, F_GETFD) < 0 && errno == EBADF) {
      // The lowest free descriptor is the one that is missing, since those before it are open by now.
      [[maybe_unused]] const int opened =
          ::open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY);
    }
}

}  // namespace fovea::cli
