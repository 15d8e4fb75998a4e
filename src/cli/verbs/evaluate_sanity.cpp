#include "cli/kit/output.hpp"
#include "cli/verbs/evaluate.hpp"
#include "evaluate/photo_runs.hpp"
#include "evaluate/sanity_data.hpp"
#include "evaluate/sanity_results.hpp"
#include "fovea/batch.hpp"
#include "report/sanity_page.hpp"

namespace fovea::cli {
namespace {

struct Arguments : MapEvaluationOptions {
  std::int64_t stages = 10;
};

/// The results of a group of photos.
std::vector<PhotoResult> compare_group(const SanityCheck& check, SanityGroups& groups,
                                       const std::vector<const Picture*>& photos, const GroupEvents& events) {
  std::vector<SanityInput> inputs;
  for (const Picture* picture : photos)
    inputs.push_back({picture->name, [picture] { return read_picture(*picture); }, picture->place.number()});
  SanityTimes times;
  std::vector<PhotoResult> results;
  for (const SanityPhoto& photo : check.compare(inputs, {events.progress, {}}, events.is_stopped, &times)) {
    results.push_back({.data = to_data(photo)});
    results.back().error = photo.error;
  }
  groups.learn(times, photos.size());
  return results;
}

int evaluate_sanity(Command verb, Arguments arguments) {
  const PictureInputs inputs(arguments.checked_images());
  const Network loaded = load_network(arguments.model);
  const ThreadPartition partition = partition_photos(arguments.model, true, inputs.size());
  SanityCheck check({{},
                     loaded.model,
                     explain_options(loaded, arguments.model, arguments.methods,
                                     arguments.method_options.chosen(), arguments.crops(), partition.threads),
                     {},
                     arguments.stages,
                     partition.workers});
  check_labels(loaded, check.scores());
  check.explain_class(arguments.class_index(loaded.labels, check.scores().classes()));
  arguments.prepare(sanity_files(arguments.output));
  nlohmann::ordered_json shown = arguments.settings();
  shown["stages"] = arguments.stages;
  ManyPhotosCommand command{verb, arguments.many, inputs, loaded, partition.workers, arguments.output};
  command.settings = sanity_settings(shown, check.plan());
  command.format = arguments.format;
  command.final_step = end_sanity;
  SanityGroups groups(partition.workers);
  command.groups = {[&] { return groups.size(); },
                    [&](const auto& photos, const GroupEvents& events) {
                      return compare_group(check, groups, photos, events);
                    }};
  return run_command(command);
}

}  // namespace

int end_sanity(const ResultStore& store, const ResultFormat& format) {
  if (store.is_finished())
    return print_earlier_summary(store, format);
  const std::string& folder = store.files().folder;
  const SanityResults results = read_sanity(store);
  const std::vector<NamedPlot> plots = likeness_plots(results);
  write_sanity(results, plots, folder);
  write_sanity_page(results, plots, evaluation_page(folder), line_of(store));
  const nlohmann::ordered_json summary = summary_json(results);
  if (!format.is_text())
    print_results(format, summary, method_records(summary));
  else
    print_lines(summary_text(results));
  return results.failed.empty() && !results.comparison_failed ? 0 : 1;
}

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
  verb.add_example("fovea evaluate sanity photos/ --methods gradient,guided -o results",
                   "whether maps change when what the network has learnt is shuffled");
  verb.add_example("fovea evaluate sanity p.tar --methods gradient --shard 1/8 --resume -o out",
                   "the first of eight parts of an archive of photos");
  verb.runs([arguments, verb] { return evaluate_sanity(verb, *arguments); });
}

}  // namespace fovea::cli
