#include "cli/verbs/deconv.hpp"

#include "base/make_folder.hpp"
#include "cli/kit/model_options.hpp"
#include "cli/kit/output.hpp"
#include "cli/kit/progress_bar.hpp"
#include "cli/kit/result_text.hpp"
#include "cli/kit/usage_error.hpp"
#include "cli/verbs/verbs.hpp"
#include "fovea/batch.hpp"
#include "fovea/error.hpp"
#include "fovea/networks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <filesystem>

namespace fovea::cli {
namespace {

namespace fs = std::filesystem;

using Sessions = std::vector<Session>;

/// What the workers share; nothing of it changes.
struct Shared {
  const DeconvArguments& arguments;
  const Network& loaded;
  const std::optional<LayerInfo>& layer;
  std::optional<std::int64_t> target_class;
  const std::vector<std::string>& images;
  std::vector<std::string> starts;  ///< of the names of each picture's files; empty: the figure alone
  DeconvPictures pictures;
};

/// The class score under each rule; the first session says which class.
std::vector<DeconvView> view_score(Sessions& sessions, const Shared& shared, const Image& photo) {
  DeconvView view;
  std::optional<std::int64_t> target = shared.target_class;
  for (Session& session : sessions) {
    view.by_rule.push_back(reconstruct_score(session, photo, shared.loaded.preprocessing, target));
    target = view.by_rule.front().strongest.unit.channel;
  }
  view.title = shared.loaded.labels.short_name(*target);
  return {view};
}

/// The units that the command line asks for, by what the layer answers to the photo.
std::vector<Unit> choose_units(const LayerExplainer& explainer, const DeconvArguments& arguments) {
  if (const auto spec = arguments.unit_spec())
    return {spec->position ? spec->unit : explainer.strongest(spec->unit.channel).unit};
  std::vector<Unit> units;
  for (const UnitActivation& activation : explainer.strongest_channels(arguments.channel_count()))
    units.push_back(activation.unit);
  if (units.empty())
    throw InputError("no channel of the layer is active: all activations are 0 or below");
  return units;
}

std::vector<DeconvView> view_layer(Sessions& sessions, const Shared& shared, const Image& photo) {
  std::vector<LayerExplainer> explainers;
  explainers.reserve(sessions.size());
  for (Session& session : sessions)
    explainers.emplace_back(session, *shared.layer, photo, shared.loaded.preprocessing);
  std::vector<DeconvView> views;
  for (const Unit& unit : choose_units(explainers.front(), shared.arguments)) {
    views.push_back({{}, fmt::format("Channel {}", unit.channel)});
    for (LayerExplainer& explainer : explainers)
      views.back().by_rule.push_back(shared.arguments.whole ? explainer.channel(unit.channel)
                                                            : explainer.unit(unit));
  }
  return views;
}

std::string heading_of(const Shared& shared, const std::string& path) {
  const std::string file = fs::path(path).filename().string();
  const std::string rules = shared.pictures.rules_text();
  if (!shared.layer)
    return fmt::format("{}: class score, {}", file, rules);
  return fmt::format("{}: {} of layer {}, {}", file, shared.arguments.whole ? "channels" : "units",
                     shared.arguments.layer, rules);
}

nlohmann::ordered_json view_json(const DeconvView& view, const Shared& shared) {
  const UnitActivation& strongest = view.first().strongest;
  nlohmann::ordered_json json;
  if (shared.layer)
    json = to_json(strongest);
  else
    json = {{"class", to_json(shared.loaded.labels, strongest.unit.channel)}, {"score", strongest.value}};
  json["field"] = to_json(view.first().field_in_photo);
  return json;
}

std::string view_text(const DeconvView& view, const Shared& shared) {
  const UnitActivation& strongest = view.first().strongest;
  if (!shared.layer)
    return fmt::format("  {} (class {}), score {:.3f}\n",
                       shown(shared.loaded.labels.name_with_id(strongest.unit.channel)),
                       strongest.unit.channel, strongest.value);
  const Rect& field = view.first().field_in_photo;
  return fmt::format("  {}, sees {}x{} pixels at {},{}\n", describe(strongest), field.width, field.height,
                     field.x, field.y);
}

/// One picture: reconstructs, writes; the report adds to `results` or prints.
DeliverResult reconstruct(Sessions& sessions, const Shared& shared, std::size_t i,
                          nlohmann::ordered_json& results) {
  const std::string& path = shared.images[i];
  const Image photo = read_image(path);
  const std::vector<DeconvView> views =
      shared.layer ? view_layer(sessions, shared, photo) : view_score(sessions, shared, photo);
  nlohmann::ordered_json json = {{"image", path}};
  if (shared.layer)
    json["layer"] = shared.layer->name;
  json["rules"] = shared.arguments.rules();
  std::string text = shown(path) + "\n";
  for (const DeconvView& view : views) {
    nlohmann::ordered_json entry = view_json(view, shared);
    text += view_text(view, shared);
    if (const std::string& start = shared.starts[i]; !start.empty()) {
      const std::string channel =
          shared.layer ? fmt::format("-c{}", view.first().strongest.unit.channel) : std::string();
      entry["files"] = shared.pictures.write(view, start + channel);
      for (const auto& file : entry["files"])
        text += fmt::format("    {}\n", shown(file.get<std::string>()));
    }
    json["reconstructions"].push_back(std::move(entry));
  }
  const std::string figure =
      shared.starts[i].empty() ? shared.arguments.output : shared.starts[i] + "-figure.png";
  write_png(figure, shared.pictures.figure(views, heading_of(shared, path)));
  json["figure"] = figure;
  text += fmt::format("  {}\n", shown(figure));
  return [&, json, text] {
    if (shared.arguments.json)
      results.push_back(json);
    else
      print_lines(text);
  };
}

std::vector<std::string> file_starts(const DeconvArguments& arguments,
                                     const std::vector<std::string>& images) {
  if (ends_with_png(arguments.output))
    return {std::string()};
  make_folder(arguments.output);
  UniqueStems stems;
  std::vector<std::string> starts;
  for (const std::string& image : images)
    starts.push_back((fs::path(arguments.output) / stems.next(image)).string());
  return starts;
}

int deconv(const DeconvArguments& arguments) {
  arguments.check();
  if (!arguments.dataset.empty())
    return deconv_dataset(arguments);
  const std::vector<std::string> images = expand_folders(arguments.images);
  if (ends_with_png(arguments.output) && images.size() > 1)
    throw UsageError(fmt::format("-o {}: one file cannot hold {} pictures, name a folder", arguments.output,
                                 images.size()));
  const Network loaded = load_network(arguments.model);
  const ThreadPartition partition =
      partition_threads(images.size(), arguments.model.workers, arguments.model.threads);
  const std::optional<LayerInfo> layer = deconv_layer(loaded, arguments);
  Shared shared{
      arguments, loaded, layer, {}, images, {}, DeconvPictures(deconv_display(loaded, arguments, layer))};
  const auto programs = deconv_programs(loaded, arguments, shared.layer, partition.threads);
  if (!shared.layer) {
    check_labels(loaded, *programs.front());
    if (!arguments.target.empty() && arguments.target != "auto")
      shared.target_class = loaded.labels.find(arguments.target, programs.front()->classes());
  }
  shared.starts = file_starts(arguments, images);
  auto results = nlohmann::ordered_json::array();
  const int code = run_files(images, partition.workers, [&]() -> FileWorker {
    auto sessions = std::make_shared<Sessions>();
    for (const auto& program : programs)
      sessions->emplace_back(program);
    return [&, sessions](std::size_t i) { return reconstruct(*sessions, shared, i, results); };
  });
  if (arguments.json)
    print_json(results);
  return code;
}

/// Whole numbers separated by commas; nothing when that is not what it is.
std::optional<std::vector<std::int64_t>> parse_numbers(const std::string& text) {
  std::vector<std::int64_t> numbers;
  const char *at = text.data(), *end = at + text.size();
  while (true) {
    std::int64_t number = 0;
    const auto [stop, error] = std::from_chars(at, end, number);
    if (error != std::errc() || number < 0)
      return {};
    numbers.push_back(number);
    if (stop == end)
      return numbers;
    if (*stop != ',')
      return {};
    at = stop + 1;
  }
}

}  // namespace

std::optional<DeconvArguments::UnitSpec> DeconvArguments::unit_spec() const {
  if (unit.empty())
    return {};
  const auto numbers = parse_numbers(unit);
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
  refuse(images.empty() == dataset.empty(), "name pictures, or a folder with --dataset, not both");
  refuse(layer.empty() && spec.has_value(), "--unit needs the --layer that it is of");
  refuse(layer.empty() && top.has_value(), "--top needs the --layer whose channels are meant");
  refuse(layer.empty() && whole, "--whole needs the --layer whose channels are meant");
  refuse(!layer.empty() && !target.empty(), "--class is for the score: it does not go with --layer");
  refuse(spec && top, "--unit and --top do not go together");
  refuse(spec && spec->position && whole, "--whole is for channels: give --unit a channel alone");
  if (dataset.empty())
    return refuse(patches.has_value(), "--patches needs --dataset");
  refuse(layer.empty(), "--dataset needs a --layer");
  refuse(!spec && !top, "--dataset needs a channel (--unit C) or a number of channels (--top N)");
  refuse(spec && spec->position, "with --dataset, --unit takes a channel alone: positions are searched");
  refuse(whole, "--whole does not go with --dataset: patches are of units");
  refuse(top && ends_with_png(output), "-o: one file cannot hold several channels, name a folder");
}

std::optional<LayerInfo> deconv_layer(const Network& loaded, const DeconvArguments& arguments) {
  if (arguments.layer.empty())
    return {};
  try {
    LayerInfo layer =
        find_layer(layers(loaded.model, loaded.size.height, loaded.size.width), arguments.layer);
    // Of a value's own name the programs tell.
    const std::string note = layer_name_note(loaded.model, arguments.layer);
    if (!note.empty() && layer.name != arguments.layer)
      say("fovea: note: {}\n", note);
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
    options.target = layer->name;
  std::vector<std::shared_ptr<const Program>> programs;
  for (const std::string& rule : arguments.rules()) {
    options.rule = parse_rule(rule);
    programs.push_back(Program::compile(loaded.model, options));
    print_notes(*programs.back());
  }
  return programs;
}

void add_deconv(Command app) {
  auto options = std::make_shared<DeconvArguments>();
  Command verb = app.add_command(
      "deconv", "Reconstruct the pattern in a picture that excites a unit, a channel or a class score");
  verb.add_option("images", options->images, "pictures, or folders of pictures").check(file_or_folder());
  verb.add_option(
          "--dataset", options->dataset,
          "instead of pictures, a folder of any size: find the patches in it that excite a channel most")
      .check(file_or_folder());
  verb.add_option("--layer", options->layer,
                  "the layer, named by an ONNX value or node as 'fovea info --layers' lists them (default: "
                  "the class score)")
      .check(not_empty());
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
      .check(one_of(kRuleNames))
      .shows_default();
  verb.add_flag("--compare", options->compare, "show all three rules side by side");
  verb.add_option("--percentile", options->percentile,
                  "contrast: the percentile of the non-zero magnitudes that is shown as full black or white")
      .check(between(1.0, 100.0))
      .shows_default();
  verb.add_option("-o,--output", options->output,
                  "folder for pictures and arrays; or, for one picture, a .png for the figure alone")
      .required()
      .check(file_or_folder());
  verb.add_flag("--json", options->json, "print JSON");
  options->model.add_to(verb);
  options->model.add_workers_to(verb);
  verb.runs([options] { return deconv(*options); });
}

}  // namespace fovea::cli
