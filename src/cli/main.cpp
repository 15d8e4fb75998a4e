#include "cli/common.hpp"
#include "cli/verbs.hpp"
#include "fovea/error.hpp"

#include <fmt/format.h>

#include <csignal>
#include <cstdio>
#include <exception>
#include <new>

namespace {

enum ExitCode { kDone = 0, kFailed = 1, kUsage = 2, kInternal = 70 };

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
  fovea::cli::add_class_model(app, verb);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0)
      return app.exit(error);
    fmt::print(stderr, "fovea: error: {}\n", error.what());
    const auto chosen = app.get_subcommands();
    fmt::print(stderr, "Run 'fovea {}--help' for the options.\n",
               chosen.empty() ? "" : chosen.front()->get_name() + " ");
    return kUsage;
  }
  return verb();
}

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);
  try {
    const int code = run(argc, argv);
    return std::fflush(stdout) == 0 ? code : kFailed;
  } catch (const fovea::cli::UsageError& error) {
    fmt::print(stderr, "fovea: error: {}\n", error.what());
    return kUsage;
  } catch (const fovea::Error& error) {
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
