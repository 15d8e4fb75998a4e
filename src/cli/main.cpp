#include "base/processor.hpp"
#include "base/unfinished.hpp"
#include "cli/kit/interrupts.hpp"
#include "cli/kit/output.hpp"
#include "cli/kit/processor_guard.hpp"
#include "cli/kit/usage_error.hpp"
#include "cli/verbs/verbs.hpp"
#include "fovea/batch.hpp"
#include "fovea/error.hpp"
#include "fovea/image.hpp"
#include "fovea/library.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <exception>
#include <filesystem>
#include <iterator>
#include <new>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <unistd.h>
#include <vector>

constinit const std::uint32_t fovea::cli::kInstructionsOfProgram = fovea::instructions_of_compiler();

namespace {

enum ExitCode { kDone = 0, kFailed = 1, kUsage = 2, kInternal = 70, kInterrupted = 75 };

/// The version, and below it what matters where results or speed differ from somebody else's.
std::string version_text() {
  const fovea::BuildInfo info = fovea::build_info();
  return fmt::format("fovea {}\n"
                     "compiler  {}, {}\n"
                     "oneDNN    {}, uses {}\n"
                     "OpenCV    {}\n"
                     "ONNX      operator sets {} to {}",
                     info.version, info.compiler, info.build_type, info.onednn, info.instruction_set,
                     info.opencv, info.first_opset, info.last_opset);
}

struct Verb {
  std::string_view name;
  const char* group;  ///< the title that it stands below in the help
  void (*add)(fovea::cli::Command);
  bool describes_all = false;  ///< it describes all commands and their options
};

constexpr const char* kPhotos = "Photos";
constexpr const char* kNetworks = "Networks";
constexpr const char* kMeasurements = "Measurements";
constexpr const char* kArrays = "Arrays";
constexpr const char* kProgram = "This program";

/// In the order in which the help shows them.
constexpr Verb kVerbs[] = {{"explain", kPhotos, fovea::cli::add_explain},
                           {"classify", kPhotos, fovea::cli::add_classify},
                           {"saliency", kPhotos, fovea::cli::add_saliency},
                           {"localize", kPhotos, fovea::cli::add_localize},
                           {"deconv", kPhotos, fovea::cli::add_deconv},
                           {"report", kPhotos, fovea::cli::add_report},
                           {"merge", kPhotos, fovea::cli::add_merge},
                           {"serve", kPhotos, fovea::cli::add_serve},
                           {"info", kNetworks, fovea::cli::add_info},
                           {"class-model", kNetworks, fovea::cli::add_class_model},
                           {"models", kNetworks, fovea::cli::add_models},
                           {"export", kNetworks, fovea::cli::add_export},
                           {"evaluate", kMeasurements, fovea::cli::add_evaluate},
                           {"bench", kMeasurements, fovea::cli::add_bench},
                           {"forward", kArrays, fovea::cli::add_forward},
                           {"gradient", kArrays, fovea::cli::add_gradient},
                           {"list", kProgram, fovea::cli::add_list},
                           {"completions", kProgram, fovea::cli::add_completions, true},
                           {"man", kProgram, fovea::cli::add_man, true}};

/// Adds the verb that the command line names, none to a question for the version, else all: their options
/// take milliseconds to add.
void add_verbs(fovea::cli::Command root, std::string_view first_argument) {
  const auto named = std::find_if(std::begin(kVerbs), std::end(kVerbs),
                                  [&](const Verb& verb) { return verb.name == first_argument; });
  const bool all = named == std::end(kVerbs) ? first_argument != "--version" : named->describes_all;
  for (const Verb& verb : kVerbs)
    if (all || verb.name == first_argument)
      verb.add(root.in_group(verb.group));
}

/// The command line as it is meant: "fovea photo.jpg" is "fovea explain photo.jpg".
std::vector<const char*> meant_arguments(int argc, char** argv) {
  std::vector<const char*> arguments(argv, argv + argc);
  if (argc < 2)
    return arguments;
  const std::string first = argv[1];
  const bool is_verb =
      std::any_of(std::begin(kVerbs), std::end(kVerbs), [&](const Verb& verb) { return verb.name == first; });
  std::error_code ignored;
  const bool is_picture =
      first == "-" ||
      (!first.starts_with('-') && (fovea::has_picture_name(first) || first.find('/') != std::string::npos ||
                                   std::filesystem::exists(first, ignored)));
  if (!is_verb && is_picture)
    arguments.insert(arguments.begin() + 1, "explain");
  return arguments;
}

int run(int argc, char** argv) {
  using namespace fovea::cli;
  const std::vector<const char*> arguments = meant_arguments(argc, argv);
  CommandLine line("fovea", version_text,
                   "Shows what an image classifier looks at and what it has learnt, from its ONNX file.");
  Command root = line.root();
  add_verbs(root, arguments.size() > 1 ? arguments[1] : "");
  root.add_example("fovea photo.jpg", "what the bundled network sees in a photo, and where");
  root.add_example("fovea classify photos/ -m net.onnx",
                   "the best guesses of a network of your own for a folder of photos");
  root.add_example("fovea report photos/ -m net.onnx -o page.html",
                   "a page of photos, maps and objects to look at and pass on");
  const auto work = line.parse(static_cast<int>(arguments.size()), arguments.data());
  const int code = work ? (*work)() : kDone;
  // Warnings, since figures lack what they should show.
  for (const fovea::Note& note : fovea::take_drawing_notes())
    say("fovea: warning: {}\n", fovea::to_string(note));
  return code;
}

/// Whether all that was printed arrived; says so on stderr where it did not. A reader that has seen enough is
/// no fault.
bool end_output() {
  const int error = fovea::cli::lost_output();
  if (error != 0 && error != EPIPE)
    fovea::cli::say("fovea: error: cannot write to standard output: {}\n", std::strerror(error));
  return error == 0;
}

/// A model's file is mapped: when another program cuts it short while it is read, the system takes its pages
/// away and raises SIGBUS. Only calls that are safe in a signal handler.
extern "C" void end_at_lost_pages(int) {
  static constexpr char message[] =
      "fovea: error: a file was cut short while it was read (or memory failed): a model's file must not be "
      "written to while fovea reads it\n";
  [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, message, sizeof(message) - 1);
  ::_exit(kFailed);
}

/// Runs the command line and reports what ends it. Returns the exit code.
int run_and_report(int argc, char** argv) {
  using fovea::cli::say;
  try {
    const int code = run(argc, argv);
    return end_output() ? code : kFailed;
  } catch (const fovea::cli::UsageError& error) {
    say("fovea: error: {}\n", error.what());
    if (!error.hint().empty())
      say("{}\n", error.hint());
    return kUsage;
  } catch (const fovea::cli::Interrupted& end) {
    say("fovea: {}\n", end.what());
    return kInterrupted;
  } catch (const fovea::Error& error) {
    say("fovea: error: {}\n", error.what());
    return kFailed;
  } catch (const std::system_error& error) {  // no thread, a folder that cannot be read, nobody reads stdout
    if (error.code().value() != EPIPE)
      say("fovea: error: {}\n", error.what());
    return kFailed;
  } catch (const std::bad_alloc&) {
    say("fovea: error: not enough memory\n");
    return kFailed;
  } catch (const std::length_error&) {  // a size beyond all memory
    say("fovea: error: not enough memory\n");
    return kFailed;
  } catch (const std::exception& error) {
    say("fovea: internal error: {}\nPlease report this with the command and the model.\n", error.what());
    return kInternal;
  }
}

}  // namespace

int main(int argc, char** argv) {
  fovea::cli::keep_standard_descriptors();
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);
  std::signal(SIGBUS, end_at_lost_pages);
  fovea::cli::clean_up_on_interrupts();
  const int code = run_and_report(argc, argv);
  // A run that failed leaves no empty folder that it made.
  const fovea::UnfinishedLock hold = code == kDone ? fovea::UnfinishedLock() : fovea::remove_unfinished();
  return code;
}
