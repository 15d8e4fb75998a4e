#include "cli/kit/figure_options.hpp"
#include "cli/kit/model_options.hpp"
#include "cli/kit/output.hpp"
#include "cli/kit/progress_bar.hpp"
#include "cli/verbs/deconv.hpp"
#include "fovea/batch.hpp"
#include "report/dataset_patches.hpp"
#include "report/result_place.hpp"
#include "report/result_text.hpp"

namespace fovea::cli {

int deconv_dataset(const DeconvArguments& arguments) {
  const std::vector<std::string> pictures = pictures_below(arguments.dataset);
  const Network loaded = load_network(arguments.model);
  const std::optional<LayerInfo> layer = deconv_layer(loaded, arguments);
  const std::size_t workers =
      partition_threads(pictures.size(), arguments.model.workers, arguments.model.threads).workers;
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
  const DatasetPatches found = find_dataset_patches(
      pictures, loaded, deconv_display(loaded, arguments, layer), options,
      [&](const auto& paths, const auto& make_worker) { return run_files(paths, workers, make_worker); });
  if (!arguments.format.is_text())
    print_results(arguments.format, found.json, nested_records(found.json, "patches"));
  else
    print_lines(found.text);
  return found.code;
}

}  // namespace fovea::cli
