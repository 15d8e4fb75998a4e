#include "base/processor.hpp"
#include "cli/kit/interrupts.hpp"
#include "cli/kit/output.hpp"
#include "cli/kit/processor_guard.hpp"
#include "cli/kit/usage_error.hpp"
#include "cli/verbs/verbs.hpp"
#include "fovea/error.hpp"
#include "fovea/library.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <exception>
#include <iterator>
#include <new>
#include <stdexcept>
#include <string_view>
#include <system_error>
#include <unistd.h>

constinit const std::uint32_t fovea::cli::kInstructionsOfProgram = fovea::instructions_of_compiler();

namespace {

enum ExitCode { kDone = 0, kFailed = 1, kUsage = 2, kInternal = 70 };

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
  void (*add)(fovea::cli::Command);
  bool describes_all = false;  ///< it describes all commands and their options
};

/// In the order in which the help shows them.
constexpr Verb kVerbs[] = {{"info", fovea::cli::add_info},
                           {"forward", fovea::cli::add_forward},
                           {"gradient", fovea::cli::add_gradient},
                           {"classify", fovea::cli::add_classify},
                           {"saliency", fovea::cli::add_saliency},
                           {"localize", fovea::cli::add_localize},
                           {"evaluate", fovea::cli::add_evaluate},
                           {"class-model", fovea::cli::add_class_model},
                           {"list", fovea::cli::add_list},
                           {"deconv", fovea::cli::add_deconv},
                           {"report", fovea::cli::add_report},
                           {"models", fovea::cli::add_models},
                           {"export", fovea::cli::add_export},
                           {"bench", fovea::cli::add_bench},
                           {"completions", fovea::cli::add_completions, true},
                           {"man", fovea::cli::add_man, true}};

/// Adds the verb that the command line names, none to a question for the version, else all: their options
/// take milliseconds to add.
void add_verbs(fovea::cli::Command root, std::string_view first_argument) {
  const auto named = std::find_if(std::begin(kVerbs), std::end(kVerbs),
                                  [&](const Verb& verb) { return verb.name == first_argument; });
  const bool all = named == std::end(kVerbs) ? first_argument != "--version" : named->describes_all;
  for (const Verb& verb : kVerbs)
    if (all || verb.name == first_argument)
      verb.add(root);
}

int run(int argc, char** argv) {
  using namespace fovea::cli;
  CommandLine line("fovea", version_text,
                   "Shows what an image classifier looks at and what it has learnt, from its ONNX file.");
  add_verbs(line.root(), argc > 1 ? argv[1] : "");
  const auto work = line.parse(argc, argv);
  return work ? (*work)() : kDone;
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

}  // namespace

int main(int argc, char** argv) {
  using fovea::cli::say;
  fovea::cli::keep_standard_descriptors();
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);
  std::signal(SIGBUS, end_at_lost_pages);
  fovea::cli::clean_up_on_interrupts();
  try {
    const int code = run(argc, argv);
    return end_output() ? code : kFailed;
  } catch (const fovea::cli::UsageError& error) {
    say("fovea: error: {}\n", error.what());
    if (!error.hint().empty())
      say("{}\n", error.hint());
    return kUsage;
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
