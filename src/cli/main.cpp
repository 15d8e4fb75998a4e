#include "cli/common.hpp"
#include "cli/verbs.hpp"
#include "fovea/error.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <exception>
#include <new>
#include <system_error>
#include <unistd.h>

namespace {

enum ExitCode { kDone = 0, kFailed = 1, kUsage = 2, kInternal = 70 };

/// What to say of a command line that does not parse. CLI11 only counts verbs: a mistyped one is "missing" to
/// it.
std::string complaint(const CLI::App& app, const CLI::ParseError& error, int argc, char** argv) {
  if (!app.get_subcommands().empty() || error.get_name() != "RequiredError")
    return error.what();
  std::string verbs;
  for (const CLI::App* verb : app.get_subcommands([](const CLI::App*) { return true; }))
    verbs += (verbs.empty() ? "" : ", ") + verb->get_name();
  if (argc > 1 && argv[1][0] == '-')
    return fmt::format("unknown option '{}'", argv[1]);
  return argc > 1 ? fmt::format("unknown verb '{}': expected one of {}", argv[1], verbs)
                  : fmt::format("a verb is missing: expected one of {}", verbs);
}

int run(int argc, char** argv) {
  CLI::App app("Shows what an image classifier looks at and what it has learnt, from its ONNX file.",
               "fovea");
  app.set_version_flag("--version", "fovea " FOVEA_VERSION);
  app.require_subcommand(1);
  app.get_formatter()->column_width(38);
  fovea::cli::Run verb;
  fovea::cli::add_info(app, verb);
  fovea::cli::add_forward(app, verb);
  fovea::cli::add_gradient(app, verb);
  fovea::cli::add_classify(app, verb);
  fovea::cli::add_saliency(app, verb);
  fovea::cli::add_localize(app, verb);
  fovea::cli::add_evaluate(app, verb);
  fovea::cli::add_class_model(app, verb);
  fovea::cli::add_list(app, verb);
  fovea::cli::add_deconv(app, verb);
  fovea::cli::add_bench(app, verb);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0)
      return app.exit(error);
    fmt::print(stderr, "fovea: error: {}\n", complaint(app, error, argc, argv));
    const auto chosen = app.get_subcommands();
    fmt::print(stderr, "Run 'fovea {}--help' for the options.\n",
               chosen.empty() ? "" : chosen.front()->get_name() + " ");
    return kUsage;
  }
  return verb();
}

/// Whether all that was printed arrived; says so on stderr where it did not. A reader that has seen enough is
/// no fault.
bool end_output() {
  errno = 0;
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0)
    return true;
  if (errno != EPIPE)
    fmt::print(stderr, "fovea: error: cannot write to standard output: {}\n", std::strerror(errno));
  return false;
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
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);
  std::signal(SIGBUS, end_at_lost_pages);
  try {
    const int code = run(argc, argv);
    return end_output() ? code : kFailed;
  } catch (const fovea::cli::UsageError& error) {
    fmt::print(stderr, "fovea: error: {}\n", error.what());
    return kUsage;
  } catch (const fovea::Error& error) {
    fmt::print(stderr, "fovea: error: {}\n", error.what());
    return kFailed;
  } catch (const std::system_error& error) {  // fmt::print, when standard output is full or closed
    if (error.code().value() != EPIPE)
      fmt::print(stderr, "fovea: error: {}\n", error.what());
    return kFailed;
  } catch (const std::bad_alloc&) {
    fmt::print(stderr, "fovea: error: not enough memory\n");
    return kFailed;
  } catch (const std::exception& error) {
    fmt::print(stderr, "fovea: internal error: {}\nPlease report this with the command and the model.\n",
               error.what());
    return kInternal;
  }
}
