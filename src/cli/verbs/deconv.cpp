#include "cli/verbs/deconv.hpp"

#include "base/number_list.hpp"
#include "cli/kit/figure_options.hpp"
#include "cli/kit/model_options.hpp"
#include "cli/kit/output.hpp"
#include "cli/kit/picture_arguments.hpp"
#include "cli/kit/progress_bar.hpp"
#include "cli/kit/usage_error.hpp"
#include "cli/verbs/verbs.hpp"
#include "fovea/batch.hpp"
#include "fovea/error.hpp"
#include "fovea/networks.hpp"
#include "report/deconv_report.hpp"
#include "report/result_place.hpp"
#include "report/result_text.hpp"

#include <fmt/format.h>

namespace fovea::cli {
namespace {

int deconv(Command verb, DeconvArguments arguments) {
  arguments.check();
  if (!arguments.dataset.empty())
    return deconv_dataset(verb, arguments);
  const std::vector<std::string> images = arguments.images.expand(arguments.model.model, arguments.output);
  if (is_graphic_path(arguments.output) && images.size() > 1)
    throw UsageError(fmt::format("-o {}: one file cannot hold {} pictures, name a folder", arguments.output,
                                 images.size()));
  const Network loaded = load_network(arguments.model);
  const ThreadPartition partition =
      partition_threads(images.size(), arguments.model.workers, arguments.model.threads);
  const std::optional<LayerInfo> layer = deconv_layer(loaded, arguments);
  const auto programs = deconv_programs(loaded, arguments, layer, partition.threads);
  DeconvReportOptions options;
  options.channels = arguments.channel_count();
  options.layer_name = arguments.layer;
  options.network = display_name(arguments.model);
  options.output = arguments.output;
  options.dpi = arguments.dpi;
  if (const auto spec = arguments.unit_spec()) {
    options.unit = spec->unit;
    options.at_strongest = !spec->position;
  }
  if (!layer) {
    check_labels(loaded, *programs.front());
    if (!arguments.target.empty() && arguments.target != "auto")
      options.target = loaded.labels.find(arguments.target, programs.front()->classes());
  }
  const DeconvDisplay display = deconv_display(loaded, arguments, layer);
  const DeconvReport report(loaded, display, options);
  const std::vector<std::string> bases = result_paths(arguments.output, images);
  std::vector<std::string> planned;
  for (const std::string& base : bases)
    append(planned, report.planned_files(base));
  prepare_results(arguments.output, planned);
  auto results = nlohmann::ordered_json::array();
  const int code = run_files(images, partition.workers, [&]() -> FileWorker {
    auto sessions = std::make_shared<std::vector<Session>>();
    for (const auto& program : programs)
      sessions->emplace_back(program);
    return [&, sessions](std::size_t i) -> DeliverResult {
      return [&, result = report.make(*sessions, images[i], bases[i])] {
        if (!arguments.format.is_text())
          results.push_back(result.json);
        else
          print_lines(result.text);
      };
    };
  });
  if (!arguments.format.is_text())
    print_results(arguments.format, results, nested_records(results, "reconstructions"));
  return code;
}

}  // namespace

std::optional<DeconvArguments::UnitSpec> DeconvArguments::unit_spec() const {
  if (unit.empty())
    return {};
  const auto numbers = parse_number_list(unit);
  if (!numbers || (numbers->size() != 1 && numbers->size() != 3))
    throw UsageError(fmt::format("--unit {}: expected a channel C or a channel, row and column C,Y,X", unit));
  if (numbers->size() == 1)
    return UnitSpec{{numbers->front(), 0, 0}, false};
  return UnitSpec{{(*numbers)[0], (*numbers)[1], (*numbers)[2]}, true};
}

void DeconvArguments::check() const {
  const auto refuse = [](bool wrong, const char* complaint) {
    if (wrong)
      throw UsageError(complaint);
  };
  const auto spec = unit_spec();
  refuse(images.paths.empty() == dataset.empty(), "name pictures, or a folder with --dataset, not both");
  refuse(layer.empty() && spec.has_value(), "--unit needs the --layer that it is of");
  refuse(layer.empty() && top.has_value(), "--top needs the --layer whose channels are meant");
  refuse(layer.empty() && whole, "--whole needs the --layer whose channels are meant");
  refuse(!layer.empty() && !target.empty(), "--class is for the score: it does not go with --layer");
  refuse(spec && top, "--unit and --top do not go together");
  refuse(spec && spec->position && whole, "--whole is for channels: give --unit a channel alone");
  if (dataset.empty()) {
    refuse(patches.has_value(), "--patches needs --dataset");
    return refuse(!many.shard.empty() || many.resume, "--shard and --resume need --dataset");
  }
  refuse(layer.empty(), "--dataset needs a --layer");
  refuse(!spec && !top, "--dataset needs a channel (--unit C) or a number of channels (--top N)");
  refuse(spec && spec->position, "with --dataset, --unit takes a channel alone: positions are searched");
  refuse(whole, "--whole does not go with --dataset: patches are of units");
  refuse(top && is_graphic_path(output), "-o: one file cannot hold several channels, name a folder");
}

std::optional<LayerInfo> deconv_layer(const Network& loaded, const DeconvArguments& arguments) {
  if (arguments.layer.empty())
    return {};
  try {
    LayerInfo layer =
        find_layer(layers(loaded.model, loaded.size.height, loaded.size.width), arguments.layer);
    // Of a value's own name the programs tell.
    const std::optional<Note> note = layer_name_note(loaded.model, arguments.layer);
    if (note && layer.name != arguments.layer)
      say_notes({&*note, 1});
    check_has_units(layer);
    if (const auto spec = arguments.unit_spec())
      check_unit(layer, spec->unit);
    return layer;
  } catch (const InputError& error) {
    throw InputError(error.what(), loaded.model.path());
  }
}

DeconvDisplay deconv_display(const Network& loaded, const DeconvArguments& arguments,
                             const std::optional<LayerInfo>& layer) {
  DeconvDisplay display;
  for (const std::string& rule : arguments.rules())
    display.rules.push_back(parse_rule(rule));
  display.layer = layer;
  display.whole = arguments.whole;
  display.percentile = arguments.percentile;
  display.channel_order = loaded.preprocessing.channel_order;
  return display;
}

std::vector<std::shared_ptr<const Program>> deconv_programs(const Network& loaded,
                                                            const DeconvArguments& arguments,
                                                            const std::optional<LayerInfo>& layer,
                                                            int threads) {
  ProgramOptions options = program_options(loaded, arguments.model, Direction::ForwardAndBackward);
  options.threads = threads;
  if (layer)
    options.layer = layer->name;
  std::vector<std::shared_ptr<const Program>> programs;
  for (const std::string& rule : arguments.rules()) {
    options.rule = parse_rule(rule);
    programs.push_back(Program::compile(loaded.model, options));
    say_notes(programs.back()->report().notes);
  }
  return programs;
}

void add_deconv(Command app) {
  auto options = std::make_shared<DeconvArguments>();
  Command verb = app.add_command(
      "deconv", "Reconstruct the pattern in a picture that excites a unit, a channel or a class score");
  options->images.add_to(verb);
  verb.add_option(
          "--dataset", options->dataset,
          "instead of pictures, a folder of any size, or a tar archive or a range of them: find the patches "
          "in it that excite a channel most")
      .check(pictures_or_archives());
  verb.add_option("--layer", options->layer,
                  "the layer, named by an ONNX value or node as 'fovea info --layers' lists them (default: "
                  "the class score)")
      .check(not_empty())
      .completed_as(kLayerNames);
  verb.add_option("--unit", options->unit,
                  "channel C of the layer, at its strongest position; or the single unit C,Y,X")
      .check(not_empty());
  verb.add_option("--top", options->top,
                  "without --unit: take the N channels with the strongest units (default: 9)")
      .check(whole_number(1, 10000));
  verb.add_option("--patches", options->patches,
                  "with --dataset: number of patches for each channel (default: 9)")
      .check(whole_number(1, 10000));
  verb.add_flag("--whole", options->whole,
                "send back all activations of a channel, not that of its strongest unit alone");
  verb.add_option(
          "--class", options->target,
          "without --layer: the class to explain: auto (the best guess), an index, a WordNet id or a name")
      .check(not_empty());
  verb.add_option("--rule", options->rule, "what a ReLU passes back in the backward pass")
      .check(one_of(relu_rule_names()))
      .shows_default();
  verb.add_flag("--compare", options->compare, "show all three rules side by side");
  verb.add_option("--percentile", options->percentile,
                  "contrast: the percentile of the non-zero magnitudes that is shown as full black or white")
      .check(between(1.0, 100.0))
      .shows_default();
  verb.add_option("-o,--output", options->output,
                  "folder for pictures and arrays; or, for one picture, a .png, .jpg, .svg or .pdf for "
                  "the figure alone")
      .required()
      .check(output_in(kFigureOrFolder));
  add_dpi_to(verb, options->dpi);
  options->format.add_to(verb);
  options->model.add_to(verb);
  options->model.add_workers_to(verb);
  options->model.add_target_to(verb, {"--class", "--layer", "--dataset"});
  options->many.add_without_table_to(verb);
  verb.add_example("fovea deconv photo.jpg -m net.onnx --layer relu5 --top 9 -o patterns",
                   "what excites the nine strongest channels of a layer in a photo");
  verb.add_example("fovea deconv --dataset photos/ -m net.onnx --layer relu5 --unit 12 -o units",
                   "the patches of many photos that excite one channel most");
  verb.add_example("fovea deconv photo.jpg --compare -o figure.png",
                   "the class score back to the pixels, by three rules");
  verb.add_example("fovea deconv --dataset p.tar --layer relu5 --top 9 --shard 1/8 --resume -o out",
                   "the first of eight parts of many archives, which 'fovea merge' joins");
  verb.runs([options, verb] { return deconv(verb, *options); });
}

}  // namespace fovea::cli
