#pragma once

#include "cli/kit/command.hpp"
#include "cli/kit/compute_options.hpp"
#include "cli/kit/preprocessing_options.hpp"
#include "cli/kit/usage_error.hpp"
#include "fovea/networks.hpp"
#include "fovea/program.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace fovea::cli {

/// Adds -m, the network of every command that takes one. Empty: the bundled network.
Option add_model_option(Command verb, std::string& model);
/// Adds --target: an expression for Target::parse.
Option add_target_option(Command verb, std::string& number);
/// The target that --target names; none if it is empty. UsageError for what is no target.
std::vector<Target> parse_targets(const std::string& number);
/// Adds the network as an argument, too, to a command that has -m: one of them may be given.
void add_model_argument(Command verb, std::string& model);

/// The options of every command that applies a model to pictures.
struct ModelOptions : ComputeOptions {
  std::string model;  ///< a file or a name; empty: the bundled network
  std::string labels;
  PreprocessingSpec preprocessing;
  std::string size;
  std::string scores;      ///< the output or value with the class scores; empty: the first output
  std::string activation;  ///< empty: determined by the end of the network
  std::string number;      ///< the number to explain in place of a class score; empty: none
  std::string region;      ///< for read_score_region; empty: the network has one row of class scores
  int workers = 0;         ///< 0: not given

  /// Whether the network's scores of classes matter: the options --scores and --activation.
  enum class Scores { Taken, None };
  void add_to(Command verb, Scores scores = Scores::Taken);
  /// Adds all but -m, for a command that takes networks as arguments.
  void add_without_model_to(Command verb, Scores scores = Scores::Taken);
  /// Adds --target to a command that has `add_to`'s options, and options that do not go with it.
  void add_target_to(Command verb, const std::vector<std::string>& others = {});
  /// Adds --region, for networks that segment pictures, to a command that has --target.
  void add_region_to(Command verb);
  std::optional<Activation> chosen_activation() const;
  /// Adds --workers, for commands that take many pictures.
  void add_workers_to(Command verb);
};

/// Loads the network of the options and prints its warnings and notes to stderr. UsageError for options out
/// of range; otherwise errors as for NetworkCatalog::find and Network::load.
Network load_network(const ModelOptions& options);
/// The same, but its notes are the caller's to print.
Network load_network_silently(const ModelOptions& options);

/// Compiles a program whose batch is the number of crops. If the network works only with the batch that its
/// file fixes (a transformer exported for one picture), the program has this batch, and crops run in turns.
std::shared_ptr<const Program> compile_for_crops(const Network& loaded, ProgramOptions options);

/// Program options for the loaded model, with the options' threads.
ProgramOptions program_options(const Network& loaded, const ModelOptions& options, Direction direction,
                               std::int64_t batch = 1);
/// Prints `Network::label_warning` to stderr.
void check_labels(const Network& loaded, const Program& program);
/// Prints `score_warning` to stderr, once in the whole run. Thread-safe.
void warn_of_probabilities(const Program& program, const std::vector<double>& scores);

/// The names of the rules for ReLUs, which are the first three of `rule_names`.
std::vector<std::string> relu_rule_names();

}  // namespace fovea::cli
