#include "fovea/concepts.hpp"
#include "cli/kit/figure_options.hpp"
#include "cli/kit/many_photos.hpp"
#include "cli/kit/model_options.hpp"
#include "cli/kit/output.hpp"
#include "cli/kit/picture_arguments.hpp"
#include "cli/kit/progress_bar.hpp"
#include "cli/kit/result_format.hpp"
#include "cli/kit/standard_streams.hpp"
#include "cli/kit/usage_error.hpp"
#include "cli/verbs/verbs.hpp"
#include "fovea/batch.hpp"
#include "fovea/error.hpp"
#include "fovea/networks.hpp"
#include "report/concept_report.hpp"
#include "report/result_place.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace fovea::cli {
namespace {

struct Arguments {
  ModelOptions model;
  PictureArguments images;
  std::string layer, target, rule = "lrp-epsilon-plus-flat", dataset, output;
  std::optional<std::int64_t> channel, top, patches, factors, seed;
  std::optional<double> dpi;
  ResultFormat format;

  /// UsageError for options that exclude each other.
  void check() const {
    const auto refuse = [](bool wrong, const char* complaint) {
      if (wrong)
        throw UsageError(complaint);
    };
    refuse(channel && top, "--channel and --top do not go together");
    refuse(patches && dataset.empty(), "--patches needs --dataset");
    refuse(dataset == kStandardInput, "--dataset is read twice: name a folder or a file in place of '-'");
    refuse(seed && !factors, "--seed is of the start of --factors");
    if (!factors)
      return;
    refuse(channel || top, "--factors finds concepts of its own: it does not go with --channel or --top");
    refuse(!target.empty(), "--class is for channels: --factors looks at activations, whatever the class is");
    refuse(!dataset.empty(), "--dataset is for channels: name the pictures that --factors is to compare");
  }
};

/// The layer as the network has it, by default the last one with positions.
LayerInfo chosen_layer(const Network& loaded, const Arguments& arguments) {
  try {
    const std::string name =
        !arguments.layer.empty()
            ? arguments.layer
            : concept_layer(loaded.model, program_options(loaded, arguments.model, Direction::Forward));
    return find_layer(layers(loaded.model, loaded.size.height, loaded.size.width), name);
  } catch (const InputError& error) {
    throw InputError(error.what(), loaded.model.path());
  }
}

/// Which channels matter in each photo.
int channels(const Arguments& arguments, const Network& loaded, const std::vector<std::string>& images,
             const std::vector<std::string>& bases) {
  PictureInputs dataset;
  if (!arguments.dataset.empty())
    dataset = dataset_inputs(arguments.dataset, arguments.output);
  const ThreadPartition partition =
      partition_photos(arguments.model, dataset.has_archives(), std::max(images.size(), dataset.size()));
  ConceptOptions concepts;
  concepts.layer = arguments.layer;
  concepts.rule = parse_rule(arguments.rule);
  concepts.preprocessing = loaded.preprocessing;
  concepts.program = program_options(loaded, arguments.model, Direction::ForwardAndBackward);
  concepts.program.threads = partition.threads;
  const ConceptExplainer explainer(loaded.model, concepts);
  say_notes(explainer.notes());
  ConceptReportOptions options;
  options.channel = arguments.channel;
  options.channels = arguments.top.value_or(options.channels);
  options.layer_name = arguments.layer;
  options.rule = concepts.rule;
  options.network = display_name(arguments.model);
  options.output = arguments.output;
  options.dpi = arguments.dpi;
  if (!arguments.target.empty() && arguments.target != "auto")
    options.target = loaded.labels.find(arguments.target, explainer.classes());
  if (!arguments.dataset.empty())
    check_has_units(explainer.layer());
  std::vector<std::string> planned;
  for (const std::string& base : bases)
    append(planned, ConceptReport(loaded, options, explainer.layer()).planned_files(base));
  prepare_results(arguments.output, planned);

  std::optional<RelevantPatches> patches;
  if (!arguments.dataset.empty()) {
    patches.emplace(explainer, loaded, std::move(dataset), arguments.patches.value_or(6),
                    [&](const auto& paths, const auto& make_worker) {
                      return run_files(paths, partition.workers, make_worker);
                    });
  }
  const ConceptReport report(loaded, options, explainer.layer(), patches ? &*patches : nullptr);
  auto results = nlohmann::ordered_json::array();
  const int code = run_files(images, partition.workers, [&]() -> FileWorker {
    auto own = std::make_shared<ConceptExplainer>(explainer);
    return [&, own](std::size_t i) -> DeliverResult {
      return [&, result = report.make(*own, images[i], bases[i])] {
        if (arguments.format.is_text())
          print_lines(result.text);
        else
          results.push_back(result.json);
      };
    };
  });
  if (!arguments.format.is_text())
    print_results(arguments.format, results, nested_records(results, "channels"));
  return std::max(code, patches ? patches->code() : 0);
}

/// The activations of all photos, factorised together.
int factors(const Arguments& arguments, const Network& loaded, const std::vector<std::string>& images,
            const std::vector<std::string>& bases) {
  const LayerInfo layer = chosen_layer(loaded, arguments);
  check_has_units(layer);
  FactorReportOptions options;
  options.factors.concepts = *arguments.factors;
  options.factors.seed = static_cast<std::uint64_t>(arguments.seed.value_or(0));
  options.layer_name = arguments.layer;
  options.network = display_name(arguments.model);
  options.output = arguments.output;
  options.dpi = arguments.dpi;
  prepare_results(arguments.output, planned_factor_files(bases, options));
  const ThreadPartition partition =
      partition_threads(images.size(), arguments.model.workers, arguments.model.threads);
  ProgramOptions program = program_options(loaded, arguments.model, Direction::Forward);
  program.threads = partition.threads;
  program.layer = layer.name;
  program.outputs.clear();
  const auto compiled = Program::compile(loaded.model, program);
  say_notes(compiled->report().notes);
  std::vector<ActivatedPhoto> photos;
  const int code = run_files(images, partition.workers, [&]() -> FileWorker {
    auto session = std::make_shared<Session>(compiled);
    return [&, session](std::size_t i) -> DeliverResult {
      const LayerExplainer explainer(*session, layer, read_image(images[i]), loaded.preprocessing);
      return [&, photo = ActivatedPhoto{images[i], bases[i], explainer.seen(), explainer.activations()}] {
        photos.push_back(photo);
      };
    };
  });
  if (photos.empty())
    return code;
  const ConceptResult result = write_factors(photos, loaded.model, layer, options);
  if (arguments.format.is_text())
    print_lines(result.text);
  else
    print_results(arguments.format, result.json,
                  nested_records(nlohmann::ordered_json::array({result.json}), "photos"));
  return code;
}

int run(Arguments arguments) {
  arguments.check();
  const std::vector<std::string> images = arguments.images.expand(arguments.model.model, arguments.output);
  if (!arguments.factors && is_graphic_path(arguments.output) && images.size() > 1)
    throw UsageError(fmt::format("-o {}: one file cannot hold {} pictures, name a folder", arguments.output,
                                 images.size()));
  const Network loaded = load_network(arguments.model);
  const std::vector<std::string> bases = result_paths(arguments.output, images);
  return arguments.factors ? factors(arguments, loaded, images, bases)
                           : channels(arguments, loaded, images, bases);
}

}  // namespace

void add_concepts(Command app) {
  auto options = std::make_shared<Arguments>();
  Command verb = app.add_command(
      "concepts",
      "Show which channels of a layer matter for a class in a photo, and where; or factorise a layer");
  options->images.are_needed = true;
  options->images.add_to(verb);
  verb.add_option(
          "--layer", options->layer,
          "the layer, named by an ONNX value or node as 'fovea info --layers' lists them (default: the "
          "last one with more than one position that the weights of the scores read)")
      .check(not_empty())
      .completed_as(kLayerNames);
  verb.add_option("--top", options->top, "the N channels with the most relevance (default: 6)")
      .check(whole_number(1, 10000));
  verb.add_option("--channel", options->channel, "channel C of the layer alone")
      .check(whole_number(0, 1000000));
  verb.add_option("--class", options->target,
                  "the class to explain: auto (the best guess), an index, a WordNet id or a name")
      .check(not_empty());
  verb.add_option("--rule", options->rule, "how relevance is propagated: see docs/rules.md")
      .check(one_of(concept_rule_names()))
      .shows_default();
  verb.add_option(
          "--dataset", options->dataset,
          "a folder of pictures, with its subfolders, or a tar archive or a range of them: shows the parts "
          "of the pictures in which each channel is most relevant for their own class")
      .check(pictures_or_archives());
  verb.add_option("--patches", options->patches,
                  "with --dataset: number of parts for each channel (default: 6)")
      .check(whole_number(1, 100));
  verb.add_option("--factors", options->factors,
                  "instead of channels: factorise the activations of all pictures together into K concepts")
      .check(whole_number(1, 1000));
  verb.add_option("--seed", options->seed, "with --factors: another random start")
      .check(whole_number(0, 1000000000));
  verb.add_option("-o,--output", options->output,
                  "folder for pictures and arrays; or a .png, .jpg, .svg or .pdf for the figure alone")
      .required()
      .check(output_in(kFigureOrFolder));
  add_dpi_to(verb, options->dpi);
  options->format.add_to(verb);
  options->model.add_to(verb);
  options->model.add_workers_to(verb);
  verb.add_example("fovea concepts photo.jpg -m net.onnx --layer relu5 -o concepts",
                   "the channels of a layer that matter most for the best guess, each with its map");
  verb.add_example("fovea concepts photo.jpg --class 281 --dataset photos/ -o figure.png",
                   "the same for a class, beside the parts of other photos that show what a channel means");
  verb.add_example("fovea concepts a.jpg b.jpg c.jpg --factors 5 -o factors",
                   "five directions that a layer's activations in three photos are made of");
  verb.runs([options] { return run(*options); });
}

}  // namespace fovea::cli
