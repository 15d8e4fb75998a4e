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

/// The options of every verb that looks at pictures through a model.
struct ModelOptions : ComputeOptions {
  std::string model;  ///< a file or a name; empty: the bundled network
  std::string labels;
  PreprocessingSpec preprocessing;
  std::string size;
  std::string scores;      ///< the output or value with the class scores; empty: the first output
  std::string activation;  ///< empty: what the network's end says
  int workers = 0;         ///< 0: not given

  void add_to(Command verb);
  std::optional<Activation> chosen_activation() const;
  /// --workers, of the verbs that take many pictures.
  void add_workers_to(Command verb);
};

/// The network that the options name. Tells its warnings and notes on stderr. UsageError for options out of
/// their range; otherwise as NetworkCatalog::find and Network::load.
Network load_network(const ModelOptions& options);

/// The program for options whose batch is how many crops there are. Where the file fixes its batch so that
/// the network takes no other (a transformer that was exported for one picture), a program of the file's
/// batch, to which crops go one after another.
std::shared_ptr<const Program> compile_for_crops(const Network& loaded, ProgramOptions options);

/// Program options for the loaded model, with the options' threads.
ProgramOptions program_options(const Network& loaded, const ModelOptions& options, Direction direction,
                               std::int64_t batch = 1);
/// Says `Network::label_warning` on stderr.
void check_labels(const Network& loaded, const Program& program);
/// Says `score_warning` on stderr, once in the whole run. May be called by several threads.
void warn_of_probabilities(const Program& program, const std::vector<double>& scores);

/// The rules of a ReLU that can be chosen on the command line.
inline const std::vector<std::string> kRuleNames = {"gradient", "deconvnet", "guided"};

}  // namespace fovea::cli
