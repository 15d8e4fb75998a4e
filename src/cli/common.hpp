#pragma once

#include "cli/command.hpp"
#include "cli/memory_option.hpp"
#include "cli/preprocessing_options.hpp"
#include "fovea/batch.hpp"
#include "fovea/networks.hpp"
#include "fovea/program.hpp"

#include <nlohmann/json.hpp>

#include <chrono>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace fovea::cli {

/// A command line that does not parse or makes no sense: exit code 2.
class UsageError : public std::runtime_error {
public:
  explicit UsageError(const std::string& message, std::string hint = {})
      : std::runtime_error(message), hint_(std::move(hint)) {}
  /// A second line of what is said; may be empty.
  const std::string& hint() const { return hint_; }

private:
  std::string hint_;
};

/// The options of every verb that looks at pictures through a model.
struct ModelOptions {
  std::string model;  ///< a file or a name; empty: the bundled network
  std::string labels;
  PreprocessingSpec preprocessing;
  std::string size;
  std::string scores;      ///< the output or value with the class scores; empty: the first output
  std::string activation;  ///< empty: what the network's end says
  std::string precision = "f32";
  MemoryOption memory;
  int threads = 0;
  int workers = 0;  ///< 0: not given
  bool verbose = false;

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
/// InputError when a file of labels has another number of names than the network has classes; a warning on
/// stderr when the labels of the model file do.
void check_labels(const Network& loaded, const Program& program);
/// Says on stderr what the passes did.
void print_notes(const Program& program);
/// ", probability 0.995", or nothing where there is none.
std::string probability_text(const std::optional<double>& probability, int digits = 3);
/// A number, or null.
nlohmann::ordered_json to_json(const std::optional<double>& number);
/// Warns on stderr, once in the whole run, where scores whose activation is assumed look like probabilities.
/// May be called by several threads.
void warn_of_probabilities(const Program& program, const std::vector<double>& scores);

Rule parse_rule(const std::string& name);
inline const std::vector<std::string> kRuleNames = {"gradient", "deconvnet", "guided"};

/// "float32[N,3,224,224]", "?" for an extent that is open and has no name.
std::string shape_text(const ModelPort& port);

/// "short side 256, scale 0.00392157, mean 0.485,0.456,0.406, std 0.229,0.224,0.225, RGB"
std::string describe(const Preprocessing& preprocessing);

/// "n02007558 flamingo", or just the name.
std::string describe(const Labels& labels, std::int64_t index);
/// The first of a class's synonyms, for titles: "bald eagle".
std::string short_name(const Labels& labels, std::int64_t index);
/// The same as a JSON object with index, wordnet_id, name.
nlohmann::ordered_json to_json(const Labels& labels, std::int64_t index);

bool ends_with_png(const std::string& path);

/// Works on all files as `for_each_file` does, with a progress bar and one message on stderr for each file
/// that failed. Returns the exit code: 0, or 1 when any failed.
int run_files(const std::vector<std::string>& paths, std::size_t workers,
              const std::function<FileWorker()>& make_worker);

/// A bar on stderr, when that is a terminal and the work takes longer than a second.
class ProgressBar {
public:
  explicit ProgressBar(std::int64_t total);
  ~ProgressBar();
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;
  void update(std::int64_t done, const std::string& text);
  /// Takes the bar off the screen so that a message can be printed.
  void clear();

private:
  std::int64_t total_;
  bool terminal_;
  bool drawn_ = false;
  std::chrono::steady_clock::time_point begin_;
  std::chrono::steady_clock::time_point last_;
};

}  // namespace fovea::cli
