#pragma once

#include <CLI/CLI.hpp>

#include <functional>

/// Each verb adds its subcommand to `app` and, when the command line names it, puts its work into `run`,
/// which returns the exit code. Parsing happens before anything is read or computed.
namespace fovea::cli {

using Run = std::function<int()>;

void add_info(CLI::App& app, Run& run);
void add_forward(CLI::App& app, Run& run);
void add_gradient(CLI::App& app, Run& run);
void add_classify(CLI::App& app, Run& run);
void add_saliency(CLI::App& app, Run& run);
void add_localize(CLI::App& app, Run& run);
void add_evaluate(CLI::App& app, Run& run);
void add_class_model(CLI::App& app, Run& run);
void add_list(CLI::App& app, Run& run);
void add_deconv(CLI::App& app, Run& run);
void add_bench(CLI::App& app, Run& run);

}  // namespace fovea::cli
