#include "cli/kit/completions.hpp"

#include "cli/kit/output.hpp"
#include "cli/verbs/verbs.hpp"

#include <fmt/format.h>

namespace fovea::cli {

std::string shell_quoted(const std::string& text) {
  std::string quoted = "'";
  for (const char c : text)
    quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

std::string filled_in(std::string text, const std::vector<std::pair<std::string, std::string>>& values) {
  for (const auto& [name, value] : values) {
    const std::string place = "@" + name + "@";
    for (std::size_t at = 0; (at = text.find(place, at)) != std::string::npos; at += value.size())
      text.replace(at, place.size(), value);
  }
  return text;
}

namespace {

int print_completion(const CommandDescription& program, const std::string& shell) {
  write_output(shell == "bash"  ? bash_completion(program)
               : shell == "zsh" ? zsh_completion(program)
                                : fish_completion(program));
  return 0;
}

}  // namespace

void add_completions(Command app) {
  auto shell = std::make_shared<std::string>();
  Command verb =
      app.add_command("completions", "Print a script with which a shell completes fovea's command line");
  verb.add_option("shell", *shell, "the shell").required().check(one_of({"bash", "zsh", "fish"}));
  verb.runs([app, shell] { return print_completion(app.describe(), *shell); });
}

}  // namespace fovea::cli
