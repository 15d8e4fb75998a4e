#include "cli/kit/completions.hpp"

#include "cli/kit/networks.hpp"
#include "cli/kit/output.hpp"
#include "cli/kit/usage_error.hpp"
#include "cli/verbs/verbs.hpp"
#include "fovea/model.hpp"

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

struct Options {
  std::string shell, listed, model;
};

/// Names that a script completes by, one a line: networks on this machine, those that can be downloaded, or
/// the layers of a network.
int list_names(const std::string& kind, const std::string& model) {
  std::vector<std::string> names;
  if (kind == kNetworkNames) {
    names = user_catalog().usable_names();
  } else if (kind == kKnownNames) {
    names = user_catalog().known().names();
  } else {
    const Model loaded = Model::load(find_network(model).path);
    const PictureSize size = picture_size(loaded, {}, 224);
    for (const LayerInfo& layer : layers(loaded, size.height, size.width))
      names.push_back(layer.name);
  }
  for (const std::string& name : names)
    print("{}\n", name);
  return 0;
}

int print_completion(const CommandDescription& program, const Options& options) {
  if (options.shell.empty() == options.listed.empty())
    throw UsageError("name a shell: bash, zsh or fish");
  if (!options.listed.empty())
    return list_names(options.listed, options.model);
  write_output(options.shell == "bash"  ? bash_completion(program)
               : options.shell == "zsh" ? zsh_completion(program)
                                        : fish_completion(program));
  return 0;
}

}  // namespace

void add_completions(Command app) {
  auto options = std::make_shared<Options>();
  Command verb =
      app.add_command("completions", "Print a script with which a shell completes fovea's command line");
  verb.add_option("shell", options->shell, "the shell").check(one_of({"bash", "zsh", "fish"}));
  verb.add_option(
          "--list", options->listed,
          "for the scripts: print names, one a line, of networks on this machine, of networks that can be "
          "downloaded, or of a network's layers")
      .check(one_of({kNetworkNames, kKnownNames, kLayerNames}));
  verb.add_option("-m,--model", options->model,
                  "the network whose layers are listed (default: the bundled one)")
      .check(file_or_folder())
      .completed_as(kNetworkNames);
  verb.add_example("fovea completions bash > ~/.local/share/bash-completion/completions/fovea",
                   "completion for bash, from the next shell on");
  verb.add_example("fovea completions zsh > ~/.zfunc/_fovea",
                   "completion for zsh, with ~/.zfunc in its fpath");
  verb.runs([app, options] { return print_completion(app.describe(), *options); });
}

}  // namespace fovea::cli
