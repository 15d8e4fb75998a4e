#include "cli/common.hpp"
#include "cli/interrupts.hpp"
#include "cli/output.hpp"
#include "cli/verbs.hpp"
#include "fovea/build_info.hpp"
#include "fovea/error.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <exception>
#include <new>
#include <stdexcept>
#include <system_error>
#include <unistd.h>

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

int run(int argc, char** argv) {
  using namespace fovea::cli;
  CommandLine line("fovea", version_text,
                   "Shows what an image classifier looks at and what it has learnt, from its ONNX file.");
  for (const auto add : {add_info, add_forward, add_gradient, add_classify, add_saliency, add_localize,
                         add_evaluate, add_class_model, add_list, add_deconv, add_report, add_models,
                         add_export, add_bench, add_completions, add_man})
    add(line.root());
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
