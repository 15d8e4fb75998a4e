#include "base/processor.hpp"
#include "base/unfinished.hpp"
#include "cli/kit/interrupts.hpp"
#include "cli/kit/output.hpp"
#include "cli/kit/processor_guard.hpp"
#include "cli/kit/usage_error.hpp"
#include "cli/verbs/table.hpp"
#include "fovea/error.hpp"
#include "fovea/image.hpp"
#include "fovea/library.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <exception>
#include <new>
#include <stdexcept>
#include <string>
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
