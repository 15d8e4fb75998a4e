#include "studio/all_routes.hpp"

#include "base/json.hpp"
#include "base/lower_case.hpp"
#include "fovea/error.hpp"
#include "networks/preprocessing_json.hpp"
#include "studio/cached.hpp"
#include "studio/explanations.hpp"
#include "studio/request_fields.hpp"

#include <exception>
#include <fmt/format.h>
#include <memory>
#include <optional>
#include <string_view>

namespace fovea::studio {
namespace {

/// What is known of a model only after compiling it.
struct Compiled {
  std::int64_t classes = 0;
  std::vector<std::string> notes;
  nlohmann::ordered_json unusable = nlohmann::ordered_json::object();  ///< reasons, by methods' names
  nlohmann::ordered_json error;                                        ///< null if it can be run
};

Asker in_lane(Studio& studio, const Request& request) {
  return {&studio.interactive(), request.gone};
}

std::shared_ptr<const Compiled> compiled(Studio& studio, const StudioModel& model, const Asker& asker) {
  return studio.results()
      .get<Compiled>(fmt::format("compiled|{}|{}", model.id, model.key()), asker,
                     [&studio, model](const std::stop_token& stop) {
                       auto result = std::make_shared<Compiled>();
                       try {
                         const Explainer& explain = scorer(studio, model, Crops::One, stop)->compiled();
                         result->classes = explain.program().classes();
                         result->notes = to_strings(explain.notes());
                         for (const UnusableMethod& one :
                              unusable_methods(model.network.model, explain.program().options()))
                           result->unusable[std::string(one.name)] = one.reason;
                         if (std::string warning = model.network.label_warning(result->classes);
                             !warning.empty())
                           result->notes.push_back(studio.readable(std::move(warning)));
                       } catch (const Cancelled&) {
                         throw;
                       } catch (...) {
                         result->error = failure_json(std::current_exception(), [&](std::string text) {
                           return studio.readable(std::move(text));
                         });
                       }
                       return Sized<Compiled>{result, sizeof(Compiled)};
                     })
      .value;
}

nlohmann::ordered_json preprocessing_json(const StudioModel& model) {
  const Network& network = model.network;
  const bool is_assumed = std::any_of(network.notes.begin(), network.notes.end(), [](const Note& note) {
    return note.kind == NoteKind::PreprocessingAssumed;
  });
  return {{"preset", model.request.preprocessing.preset},
          {"text", fovea::describe(network.preprocessing)},
          {"source", network.preprocessing_source},
          {"assumed", is_assumed}};
}

nlohmann::ordered_json model_json(Studio& studio, const StudioModel& model, const Asker& asker) {
  const Network& network = model.network;
  const auto known = compiled(studio, model, asker);
  std::vector<std::string> notes = to_strings(network.notes);
  for (const std::string& warning : network.warnings)
    notes.push_back(studio.readable(warning));
  notes.insert(notes.end(), known->notes.begin(), known->notes.end());
  nlohmann::ordered_json json = {
      {"id", model.id},
      {"name", model.name},
      {"origin", name_of(model.origin)},
      {"revision", model.revision},
      {"classes", known->classes},
      {"hasLabels", !network.labels.empty()},
      {"unusable", known->unusable},
      {"input",
       {{"width", network.size.width}, {"height", network.size.height}, {"channels", network.size.channels}}},
      {"preprocessing", preprocessing_json(model)},
      {"notes", notes}};
  if (!known->error.is_null())
    json["error"] = known->error;
  return json;
}

nlohmann::ordered_json axis_json(const std::optional<ReceptiveField>& field) {
  if (!field)
    return nullptr;
  return {{"width", field->width.size},
          {"height", field->height.size},
          {"stride_x", field->width.stride},
          {"stride_y", field->height.stride}};
}

nlohmann::ordered_json units_json(const LayerInfo& layer) {
  if (!layer.layout || layer.layout->pictures() != 1)
    return nullptr;
  return {{"channels", layer.layout->channels()},
          {"height", layer.layout->height()},
          {"width", layer.layout->width()}};
}

nlohmann::ordered_json layers_json(const StudioModel& model) {
  const Network& network = model.network;
  const std::vector<LayerInfo> all = layers(network.model, network.size.height, network.size.width);
  std::string last;
  try {
    ProgramOptions options;
    options.height = network.size.height;
    options.width = network.size.width;
    last = last_spatial_layer(network.model, options);
  } catch (const Error&) {  // no layer has a grid of positions
  }
  auto list = nlohmann::ordered_json::array();
  for (const LayerInfo& layer : all)
    list.push_back({{"name", layer.name},
                    {"node", layer.node},
                    {"operator", layer.operator_name},
                    {"shape", layer.shape.dims()},
                    {"receptiveField", axis_json(layer.field)},
                    {"units", units_json(layer)},
                    {"isDefault", layer.name == last}});
  return list;
}

/// "preset", or all of "preprocessing"; an empty specification where neither is given.
PreprocessingSpec read_spec(JsonFields& fields) {
  PreprocessingSpec spec = networks::read_preprocessing(fields);
  if (const std::string preset = fields.word_if_given("preset", preprocessing_preset_names());
      !preset.empty())
    spec.preset = preset;
  return spec;
}

/// Loads a model that was sent. Its file stands alone, in no folder.
std::shared_ptr<const StudioModel> load_sent(Studio& studio, NetworkRequest wanted, const std::string& name,
                                             const std::shared_ptr<Upload>& file) {
  studio.name_upload(*file, name);
  try {
    return studio.models().add(std::move(wanted), ModelOrigin::Uploaded, name, file);
  } catch (const ModelError& error) {
    if (std::string_view(error.what()).find("external data") == std::string_view::npos)
      throw;
    throw RequestError(422, "model",
                       fmt::format("{} has weights in further files, which cannot be sent", name),
                       "name it on the command line: fovea serve -m " + name);
  }
}

Response add_model(Studio& studio, const Request& request) {
  JsonFields fields = request.query_fields();
  const std::string name = fields.text("name");
  NetworkRequest wanted;
  wanted.preprocessing = read_spec(fields);
  fields.expect_no_others();
  const auto model = load_sent(studio, std::move(wanted), name, request.upload);
  return Response::json(model_json(studio, *model, in_lane(studio, request)), 201);
}

Response model_list(Studio& studio, const Request& request) {
  auto list = nlohmann::ordered_json::array();
  const auto models = studio.models().list();
  for (const auto& model : models)
    list.push_back(model_json(studio, *model, in_lane(studio, request)));
  return Response::json(
      {{"models", list},
       {"chosen", models.empty() ? nlohmann::ordered_json() : nlohmann::ordered_json(models.front()->id)}});
}

Response one_model(Studio& studio, const Request& request) {
  const auto model = studio.models().get(request.parameter("model"));
  return answer_by_key(studio, request, "model|" + model->key(), [&] {
    nlohmann::ordered_json json = model_json(studio, *model, in_lane(studio, request));
    json["layers"] = nlohmann::ordered_json::array();
    if (!json.contains("error"))
      json["layers"] = layers_json(*model);
    return Response::json(json);
  });
}

Response change_model(Studio& studio, const Request& request) {
  JsonFields fields = request.fields();
  const PreprocessingSpec spec = read_spec(fields);
  fields.expect_no_others();
  const std::string& id = request.parameter("model");
  const std::string old = studio.models().get(id)->key();
  const auto model = studio.models().change(id, spec);
  if (model->key() != old)
    studio.results().forget(old);
  return Response::json(model_json(studio, *model, in_lane(studio, request)));
}

Response remove_model(Studio& studio, const Request& request) {
  studio.models().remove(request.parameter("model"));
  studio.results().forget(request.parameter("model"));
  return Response::empty();
}

/// Whether a name has the text in it; letters A to Z of either case are the same.
bool fits(const std::string& name, const std::string& folded) {
  return lower_case(name).find(folded) != std::string::npos;
}

Response classes(Studio& studio, const Request& request) {
  const auto model = studio.models().get(request.parameter("model"));
  JsonFields fields = request.query_fields();
  const std::string match = lower_case(
      fields.has("match") && !std::string(request.query_value("match")).empty() ? fields.text("match") : "");
  const std::int64_t limit = fields.whole_number_if_given("limit", 1, 100000).value_or(20);
  fields.expect_no_others();
  const auto known = compiled(studio, *model, in_lane(studio, request));
  const Labels& labels = model->network.labels;
  auto list = nlohmann::ordered_json::array();
  std::int64_t total = 0;
  for (std::int64_t i = 0; i < known->classes; ++i) {
    const std::string label = i < labels.size() ? labels.name(i) : fmt::format("class {}", i);
    if (!fits(label, match) && std::to_string(i) != match)
      continue;
    if (total++ < limit)
      list.push_back({{"class", i}, {"label", label}});
  }
  return Response::json({{"classes", list}, {"total", total}});
}

}  // namespace

void add_models_routes(Routes& routes, Studio& studio) {
  routes.add("GET", "/api/models", [&](const Request& request) { return model_list(studio, request); });
  routes.add(
      "POST", "/api/models", [&](const Request& request) { return add_model(studio, request); }, Body::File);
  routes.add("GET", "/api/models/{model}",
             [&](const Request& request) { return one_model(studio, request); });
  routes.add(
      "PATCH", "/api/models/{model}", [&](const Request& request) { return change_model(studio, request); },
      Body::Json);
  routes.add("DELETE", "/api/models/{model}",
             [&](const Request& request) { return remove_model(studio, request); });
  routes.add("GET", "/api/models/{model}/classes",
             [&](const Request& request) { return classes(studio, request); });
}

}  // namespace fovea::studio
