#pragma once

#include "cli/kit/command.hpp"

/// Each verb adds its command, with what to do when the command line names it.
namespace fovea::cli {

/// The exit code of a comparison that does not keep to its thresholds.
inline constexpr int kGateFailed = 3;

void add_explain(Command app);
void add_info(Command app);
void add_forward(Command app);
void add_gradient(Command app);
void add_classify(Command app);
void add_compare(Command app);
void add_saliency(Command app);
void add_localize(Command app);
void add_detect(Command app);
void add_evaluate(Command app);
void add_class_model(Command app);
void add_list(Command app);
void add_merge(Command app);
void add_submit(Command app);
void add_status(Command app);
void add_report(Command app);
void add_serve(Command app);
void add_deconv(Command app);
void add_concepts(Command app);
void add_export(Command app);
void add_bench(Command app);
void add_models(Command app);
void add_completions(Command app);
void add_man(Command app);

}  // namespace fovea::cli
