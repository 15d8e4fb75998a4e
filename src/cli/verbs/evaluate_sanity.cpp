#include "cli/kit/output.hpp"
#include "cli/verbs/evaluate.hpp"
#include "evaluate/sanity_results.hpp"
#include "fovea/batch.hpp"
#include "report/sanity_page.hpp"

namespace fovea::cli {
namespace {

struct Arguments : MapEvaluationOptions {
  std::int64_t stages = 10;
};

int evaluate_sanity(Arguments arguments) {
  const std::vector<std::string> images = arguments.checked_images();
  const Network loaded = load_network(arguments.model);
  const ThreadPartition partition =
      partition_threads(images.size(), arguments.model.workers, arguments.model.threads);
  SanityRun run{images,
                loaded.model,
                explain_options(loaded, arguments.model, arguments.methods, arguments.method_options.chosen(),
                                arguments.crops(), partition.threads),
                {},
                arguments.stages,
                partition.workers};
  SanityCheck check(std::move(run));
  check_labels(loaded, check.scores());
  check.explain_class(arguments.class_index(loaded.labels, check.scores().classes()));
  arguments.prepare(sanity_files(arguments.output));

  SanityResults results = [&] {
    ProgressDisplay display;
    return check.results(events_of(display));
  }();
  results.settings = arguments.settings();
  results.settings["stages"] = arguments.stages;
  const std::vector<NamedPlot> plots = likeness_plots(results);
  write_sanity(results, plots, arguments.output);
  write_sanity_page(results, plots, arguments.page(), arguments.command_line);
  const nlohmann::ordered_json summary = summary_json(results);
  if (!arguments.format.is_text())
    print_results(arguments.format, summary, method_records(summary));
  else
    print_lines(summary_text(results));
  return results.failed.empty() && !results.comparison_failed ? 0 : 1;
}

}  // namespace

void add_sanity(Command evaluate) {
  auto arguments = std::make_shared<Arguments>();
  Command verb =
      evaluate.add_command("sanity", "Measure whether maps depend on what the network has learnt, by "
                                     "comparing them with maps of the network with shuffled weights");
  arguments->add_to(verb);
  verb.add_option("--stages", arguments->stages,
                  "number of steps in which the layers are shuffled; 0: one for each layer")
      .check(whole_number(0, 1000000))
      .shows_default();
  verb.add_example("fovea evaluate sanity photos/ -m net.onnx --methods gradient,guided -o results",
                   "whether maps change when what the network has learnt is shuffled");
  verb.runs([arguments, verb] {
    arguments->command_line = verb.line();
    return evaluate_sanity(*arguments);
  });
}

}  // namespace fovea::cli
