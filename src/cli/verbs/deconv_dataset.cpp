#include "cli/kit/figure_options.hpp"
#include "cli/kit/model_options.hpp"
#include "cli/kit/output.hpp"
#include "cli/kit/picture_arguments.hpp"
#include "cli/kit/progress_bar.hpp"
#include "cli/verbs/deconv.hpp"
#include "fovea/batch.hpp"
#include "report/blocks.hpp"
#include "report/dataset_patches.hpp"
#include "report/result_place.hpp"
#include "report/result_text.hpp"

namespace fovea::cli {

namespace {

void print_patches(const ResultFormat& format, const DatasetPatches& found) {
  if (!format.is_text())
    return print_results(format, found.json, nested_records(found.json, "patches"));
  print_lines(found.text);
}

/// As a run that can be divided, resumed and merged.
int patches_of_many(Command verb, const DeconvArguments& arguments, const PictureInputs& inputs,
                    const Network& loaded, const DeconvDisplay& display, const DatasetPatchesOptions& options,
                    std::size_t workers) {
  DatasetPatchesRun run(loaded, display, options);
  ManyPhotosCommand command{verb, arguments.many, inputs, loaded, workers, arguments.output};
  command.format = arguments.format;
  command.make_worker = [&run] { return run.worker(); };
  command.is_run_again = true;
  command.final_step = [&](const ResultStore& store, const ResultFormat& format) {
    if (store.is_finished()) {  // and what it found is in its files alone
      const RunCounts& counts = store.counts();
      const nlohmann::ordered_json json = {
          {"photos", counts.photos}, {"failed", counts.failed}, {"output", arguments.output}};
      if (format.is_text())
        print("{}: done, of {}\n", arguments.output,
              counted(static_cast<std::size_t>(counts.photos), "photo"));
      else
        print_results(format, json, nlohmann::ordered_json::array({json}));
      return counts.failed > 0 && !arguments.many.allow_failures ? 1 : 0;
    }
    const DatasetPatches found = run.write(store, inputs, [&](const auto& paths, const auto& make_worker) {
      return run_files(paths, workers, make_worker);
    });
    print_patches(format, found);
    return found.code;
  };
  return run_command(command);
}

}  // namespace

int deconv_dataset(Command verb, const DeconvArguments& arguments) {
  const PictureInputs inputs = dataset_inputs(arguments.dataset, arguments.output);
  const bool are_many = arguments.many.are_asked_for(inputs, arguments.output);
  const Network loaded = load_network(arguments.model);
  const std::optional<LayerInfo> layer = deconv_layer(loaded, arguments);
  const std::size_t workers = partition_photos(arguments.model, are_many, inputs.size()).workers;
  prepare_results(arguments.output, replaced_by_dataset_patches(arguments.output));
  DatasetPatchesOptions options;
  options.dataset = arguments.dataset;
  options.layer = *layer;
  options.layer_name = arguments.layer;
  if (const auto spec = arguments.unit_spec())
    options.channel = spec->unit.channel;
  options.channels = arguments.channel_count();
  options.network = display_name(arguments.model);
  options.patches = arguments.patches.value_or(options.patches);
  options.program = program_options(loaded, arguments.model, Direction::Forward);
  options.programs = [&] { return deconv_programs(loaded, arguments, layer, 1); };
  options.output = arguments.output;
  options.dpi = arguments.dpi;
  const DeconvDisplay display = deconv_display(loaded, arguments, layer);
  if (are_many)
    return patches_of_many(verb, arguments, inputs, loaded, display, options, workers);
  const DatasetPatches found = find_dataset_patches(
      inputs.paths(), loaded, display, options,
      [&](const auto& paths, const auto& make_worker) { return run_files(paths, workers, make_worker); });
  print_patches(arguments.format, found);
  return found.code;
}

}  // namespace fovea::cli
