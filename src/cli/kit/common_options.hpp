#pragma once

#include <functional>
#include <string>

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace fovea::cli {

class Command;
struct Offer;

/// The options of every command that does something.
struct CommonOptions {
  bool is_quiet = false;
  bool hides_progress = false;
  bool replaces_files = false;
  std::string colour = "auto";

  /// Adds --quiet, --no-progress and --color, and --force to a command that writes files.
  void add_to(Command command, bool writes_files);
};

/// What an option's values are.
using OfferOf = std::function<const Offer&(const CLI::Option* option)>;

/// Does what the options say, and prepares the standard streams for values that are "-"; for the command that
/// was parsed. Throws UsageError if several options read standard input, InputError for a standard input that
/// cannot be read, and OutputError if an option names an existing file to write that is not to be replaced.
void apply_common_options(const CLI::App& command, const CommonOptions& options, const OfferOf& offer_of);

}  // namespace fovea::cli
