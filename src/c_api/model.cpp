#include "c_api/model.hpp"

#include "base/check.hpp"
#include "base/fingerprint.hpp"
#include "base/json.hpp"
#include "c_api/guard.hpp"
#include "c_api/options.hpp"
#include "c_api/result.hpp"
#include "evaluate/settings.hpp"
#include "fovea/error.hpp"
#include "networks/preprocessing_json.hpp"
#include "networks/sha256.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <cstddef>
#include <limits>
#include <tuple>

namespace fovea::c_api {
namespace {

/// Classes of the output with the scores: its elements for one picture, two of a single one that has a
/// probability; 0 where the file leaves an extent open.
std::int64_t declared_classes(const Model& model, const ModelChoice& choice) {
  if (!choice.targets.empty())
    return static_cast<std::int64_t>(choice.targets.size());
  const auto port =
      std::find_if(model.outputs().begin(), model.outputs().end(), [&](const ModelPort& output) {
        return choice.scores.empty() || output.name == choice.scores;
      });
  if (port == model.outputs().end() || port->dims.empty())
    return 0;
  std::int64_t classes = 1;
  for (auto dim = port->dims.begin() + (port->dims.size() > 1 ? 1 : 0); dim != port->dims.end(); ++dim)
    classes = *dim < 0 ? 0 : classes * *dim;
  const bool has_two = !choice.activation || *choice.activation == Activation::Sigmoid;
  return classes == 1 && has_two ? 2 : classes;
}

Labels labels_of(const Model& model, const ModelChoice& choice) {
  if (!choice.targets.empty())
    return labels_of(choice.targets);
  const Labels& labels = choice.labels           ? *choice.labels
                         : choice.scores.empty() ? model.labels()
                                                 : model.labels_of(choice.scores);
  return choice.activation == Activation::None ? labels : labels.of_two_classes();
}

std::optional<Activation> parse_activation(const char* name) {
  if (!name)
    return std::nullopt;
  for (const Activation activation : {Activation::Softmax, Activation::Sigmoid, Activation::None})
    if (name == name_of(activation))
      return activation;
  throw InputError(fmt::format("unknown activation '{}': expected softmax, sigmoid or none", name));
}

/// "labels": the path of a file of labels, or a list of names.
std::optional<Labels> read_labels(JsonFields& fields) {
  if (fields.is_text("labels"))
    return Labels::read(fields.text("labels"));
  std::vector<Label> labels;
  for (std::string& name : fields.texts_if_given("labels"))
    labels.push_back({"", std::move(name)});
  return labels.empty() ? std::nullopt : std::optional(Labels(std::move(labels)));
}

/// "networks": the list of known networks, and the environment variables that say where the user's are.
std::optional<NetworkPlaces> read_places(JsonFields& fields) {
  std::optional<JsonFields> given = fields.object_if_given("networks");
  if (!given)
    return {};
  JsonFields environment = given->object_if_given("environment").value_or(JsonFields::parse("{}", "options"));
  NetworkPlaces places =
      NetworkPlaces::of_environment([&](const char* name) { return environment.text_if_given(name); });
  if (places.list.empty())
    places.list = given->text_if_given("list").value_or("");
  given->expect_no_others();
  return places;
}

FoundNetwork find_network(const char* path, const ModelChoice& choice) {
  if (choice.places)
    return NetworkCatalog(*choice.places).find(path);
  FoundNetwork file;
  file.path = path;
  return file;
}

ModelChoice choice_of(const fovea_model_options* given) {
  constexpr std::size_t first_size = offsetof(fovea_model_options, options);
  const fovea_model_options options = complete_options(given, first_size, "fovea_model_options");
  ModelChoice choice;
  choice.scores = options.scores ? options.scores : "";
  choice.activation = parse_activation(options.activation);
  JsonFields fields = read_options(options.options);
  for (const std::string& text : fields.texts_if_given("targets"))
    choice.targets.push_back(Target::parse(text));
  FOVEA_CHECK(choice.targets.empty() || choice.scores.empty(),
              "options: targets take the place of class scores: give targets or scores");
  choice.labels = read_labels(fields);
  choice.preprocessing = networks::read_preprocessing(fields);
  if (const std::vector<std::int64_t> size = whole_numbers(fields, "size"); !size.empty()) {
    const auto fits = [](std::int64_t side) { return side >= 1 && side <= kMaxInputSide; };
    if (size.size() != 2 || !fits(size[0]) || !fits(size[1]))
      fields.fail("size", fmt::format("expected [height, width], each 1 to {}", kMaxInputSide));
    choice.height = size[0];
    choice.width = size[1];
  }
  if (const std::string name = fields.word_if_given("precision", precision_names()); !name.empty())
    choice.precision = parse_precision(name);
  if (const std::string name = fields.word_if_given("backend", backend_names()); !name.empty())
    choice.backend = parse_backend(name);
  choice.load.max_memory =
      fields.whole_number_if_given("max_memory", 1, std::numeric_limits<std::int64_t>::max()).value_or(0);
  choice.places = read_places(fields);
  fields.expect_no_others();
  return choice;
}

std::string key_of(const ProgramOptions& options) {
  std::string passes;
  for (const BackwardPass& pass : options.further_passes)
    passes += fmt::format("{} {};", name_of(pass.rule), pass.wrt);
  std::string targets;
  for (const Target& target : options.targets)
    targets += target.text() + ';';
  return fmt::format("{}|{}|{}x{}|{}|{}|{}|{}|{}|{}|{}|{}|{}|{}", static_cast<int>(options.direction),
                     options.batch, options.height, options.width, name_of(options.rule),
                     name_of(options.precision), name_of(options.backend), options.threads, options.layer,
                     fmt::join(options.outputs, ","), static_cast<int>(options.head),
                     static_cast<int>(options.final_relu), passes, targets);
}

std::string key_of(const ScoreRegion& region) {
  if (!region.mask)
    return region.box ? to_csv(*region.box) : "own";
  const std::vector<std::uint8_t>& pixels = region.mask->pixels;
  return fmt::format("{}x{}:{}", region.mask->width, region.mask->height,
                     Fingerprint().add({reinterpret_cast<const char*>(pixels.data()), pixels.size()}).text());
}

std::string key_of(const ExplainOptions& options) {
  return fmt::format("{}|{}|{}|{}|{}|{}|{}|{}", options.method, fmt::join(options.further_methods, ","),
                     settings_json(options.method_options).dump(), name_of(options.crops),
                     settings_json(options.preprocessing.value()).dump(), options.batch,
                     key_of(options.program), options.region ? key_of(*options.region) : "");
}

/// Whether a map can be read from the layer.
bool has_grid_of_positions(const LayerInfo& layer) {
  const auto grid = layer.layout ? layer.layout->grid() : std::nullopt;
  return grid && grid->positions() > 1;
}

std::string layers_json(const Model& model, const Network& network) {
  auto json = nlohmann::ordered_json::array();
  for (const LayerInfo& layer : layers(model, network.size.height, network.size.width))
    json.push_back({{"name", layer.name},
                    {"node", layer.node},
                    {"operator", layer.operator_name},
                    {"shape", layer.shape.dims()},
                    {"axes", axes_text(layer)},
                    {"grid", has_grid_of_positions(layer)}});
  return json_text(json);
}

}  // namespace
}  // namespace fovea::c_api

using namespace fovea::c_api;

fovea_model::fovea_model(fovea::FoundNetwork network, ModelChoice chosen)
    : found(std::move(network)), model(fovea::Model::load(found.path, chosen.load)),
      choice(std::move(chosen)) {
  if (!choice.labels && !found.labels.empty())
    choice.labels = fovea::Labels::read(found.labels);
  names = labels_of(model, choice);
  const fovea::ImageInput input = model.image_input();
  info = {input.channels, input.height, input.width, declared_classes(model, choice), names.size()};
  for (std::int64_t i = 0; i < std::max(info.classes, info.labels); ++i)
    labels.push_back(names.name(i));
}

fovea::ChosenPreprocessing fovea_model::preprocessing(const fovea::PreprocessingSpec& spec) const {
  return fovea::choose_preprocessing(model, found, spec.empty() ? choice.preprocessing : spec);
}

fovea::ProgramOptions fovea_model::program_options(std::int64_t height, std::int64_t width,
                                                   int threads) const {
  fovea::ProgramOptions options;
  options.head = fovea::ProgramOptions::Head::Classes;
  if (!choice.scores.empty())
    options.outputs = {choice.scores};
  options.targets = choice.targets;
  options.activation = choice.activation;
  options.label_count = choice.labels ? names.size() : 0;
  options.height = height > 0 ? height : choice.height;
  options.width = width > 0 ? width : choice.width;
  options.precision = choice.precision;
  options.backend = choice.backend;
  options.threads = threads;
  for (const auto& [name, asked, fixed] :
       {std::tuple{"height", options.height, info.height}, std::tuple{"width", options.width, info.width}})
    FOVEA_CHECK(asked == 0 || fixed == 0 || asked == fixed, "the {} of the network's input is {}, not {}",
                name, fixed, asked);
  if ((options.height == 0 && info.height == 0) || (options.width == 0 && info.width == 0)) {
    const std::int64_t side = fovea::side_of_network(model);
    options.height = options.height > 0 ? options.height : side;
    options.width = options.width > 0 ? options.width : side;
  }
  for (const auto& [name, asked, fixed] :
       {std::tuple{"height", options.height, info.height}, std::tuple{"width", options.width, info.width}})
    FOVEA_CHECK(asked != 0 || fixed != 0, "the {} of the network's input is open: options.{} must give it",
                name, name);
  return options;
}

fovea::Network fovea_model::network(const fovea::PreprocessingSpec& spec, std::int64_t height,
                                    std::int64_t width) const {
  fovea::ChosenPreprocessing chosen = preprocessing(spec);
  const fovea::ProgramOptions size = program_options(height, width, 0);
  fovea::Network network{model, names, {}, chosen.preprocessing, std::move(chosen.source), {}, {}, {}};
  network.size = {info.channels, info.height > 0 ? info.height : size.height,
                  info.width > 0 ? info.width : size.width};
  network.warnings = names.warnings();
  network.warnings.insert(network.warnings.end(), model.warnings().begin(), model.warnings().end());
  return network;
}

void fovea_model::check_labels(const fovea::Program& program) const {
  FOVEA_CHECK(!choice.labels || names.size() == program.classes(), "labels: {} names for {} classes",
              names.size(), program.classes());
}

std::shared_ptr<const fovea::Explainer> fovea_model::explainer(const fovea::ExplainOptions& options) const {
  return explainers_.get(key_of(options), [&] {
    auto compiled = std::make_shared<const fovea::Explainer>(model, options);
    check_labels(compiled->program());
    return compiled;
  });
}

std::shared_ptr<const fovea::Program> fovea_model::program(const fovea::ProgramOptions& options) const {
  return programs_.get(key_of(options), [&] {
    if (!options.layer.empty())
      return fovea::Program::compile(model, options);
    auto compiled = fovea::compile_for_pictures(model, options);
    check_labels(*compiled);
    return compiled;
  });
}

std::shared_ptr<const fovea::Detector> fovea_model::detector(const std::string& key,
                                                             const fovea::DetectorOptions& options) const {
  return detectors_.get(key, [&] { return std::make_shared<const fovea::Detector>(model, options); });
}

fovea_status fovea_methods(const char* const** names, size_t* count) {
  return guarded([&] {
    // string_view promises no final zero: the names are kept with one.
    static const auto kept = [] {
      std::vector<std::string> list;
      for (const fovea::MethodInfo& info : fovea::methods())
        list.emplace_back(info.name);
      return list;
    }();
    static const auto pointers = [] {
      std::vector<const char*> list;
      for (const std::string& name : kept)
        list.push_back(name.c_str());
      return list;
    }();
    const char* const*& names_out = not_null(names, "names");
    not_null(count, "count") = pointers.size();
    names_out = pointers.data();
  });
}

fovea_status fovea_model_load(const char* path, fovea_model** model) {
  return fovea_model_load_with(path, nullptr, model);
}

fovea_status fovea_model_load_with(const char* path, const fovea_model_options* options,
                                   fovea_model** model) {
  return guarded([&] {
    fovea_model*& out = not_null(model, "model");
    ModelChoice choice = choice_of(options);
    fovea::FoundNetwork found = find_network(&not_null(path, "path"), choice);
    auto made = std::make_unique<fovea_model>(std::move(found), std::move(choice));
    if (!made->choice.scores.empty())
      made->model.inputs_of({made->choice.scores});  // throws if there is no such value
    out = made.release();
  });
}

fovea_status fovea_model_describe(const fovea_model* model, fovea_model_info* info) {
  return guarded([&] { not_null(info, "info") = not_null(model, "model").info; });
}

fovea_status fovea_model_label(const fovea_model* model, int64_t index, const char** label) {
  return guarded([&] {
    const std::vector<std::string>& labels = not_null(model, "model").labels;
    const char*& out = not_null(label, "label");
    FOVEA_CHECK(index >= 0 && index < static_cast<std::int64_t>(labels.size()),
                "class {} is out of range: the model has {} classes", index, labels.size());
    out = labels[static_cast<std::size_t>(index)].c_str();
  });
}

fovea_status fovea_model_find_class(const fovea_model* model, const char* text, int64_t* index) {
  return guarded([&] {
    const fovea_model& from = not_null(model, "model");
    const char& wanted = not_null(text, "text");
    not_null(index, "index") = from.names.find(&wanted, static_cast<std::int64_t>(from.labels.size()));
  });
}

fovea_status fovea_model_properties(const fovea_model* model, const char* options, fovea_result** result) {
  return give_result(result, [&](fovea_result& out) {
    const fovea_model& from = not_null(model, "model");
    fovea::JsonFields fields = read_options(options);
    const bool with_layers = fields.flag_if_given("layers").value_or(false);
    const bool with_digest = fields.flag_if_given("sha256").value_or(false);
    fields.expect_no_others();
    const fovea::ChosenPreprocessing chosen = from.preprocessing({});
    std::vector<std::string> warnings = from.names.warnings();
    warnings.insert(warnings.end(), from.model.warnings().begin(), from.model.warnings().end());
    out.add_text("path", from.model.path());
    out.add_text("preprocessing", fovea::json_text(fovea::settings_json(chosen.preprocessing)));
    out.add_text("preprocessing_source", chosen.source);
    out.add("preprocessing_is_assumed", std::int64_t{chosen.is_assumed});
    out.add_list("warnings", warnings);
    std::vector<std::string> wordnet_ids;
    for (std::int64_t i = 0; i < from.names.size(); ++i)
      wordnet_ids.push_back(from.names[i].wordnet_id);
    out.add_list("wordnet_ids", wordnet_ids);
    if (with_digest)
      out.add_text("sha256", fovea::networks::sha256_of(from.model));
    if (with_layers)
      out.add_text("layers", layers_json(from.model, from.network({}, 0, 0)));
  });
}

void fovea_model_free(fovea_model* model) {
  delete model;
}
