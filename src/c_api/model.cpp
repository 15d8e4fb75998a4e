#include "c_api/model.hpp"

#include "base/check.hpp"
#include "c_api/guard.hpp"
#include "fovea/error.hpp"

#include <algorithm>

namespace fovea::c_api {
namespace {

/// Classes of the output with the scores: its elements for one picture, two of a single one that has a
/// probability; 0 where the file leaves an extent open.
std::int64_t declared_classes(const Model& model, const ScoreChoice& choice) {
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

Labels labels_of(const Model& model, const ScoreChoice& choice) {
  const Labels& labels = choice.scores.empty() ? model.labels() : model.labels_of(choice.scores);
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

Explainer compile(const Model& model, const ScoreChoice& choice, const ExplainerKey& key) {
  ExplainOptions options;
  options.method = key.method;
  options.batch = key.batch;
  if (!key.preprocessing.empty())
    options.preprocessing = preprocessing_preset(key.preprocessing);
  options.program.head = ProgramOptions::Head::Classes;
  if (!choice.scores.empty())
    options.program.outputs = {choice.scores};
  options.program.activation = choice.activation;
  options.program.height = key.height;
  options.program.width = key.width;
  options.program.threads = key.threads;
  return Explainer(model, options);
}

}  // namespace

std::shared_ptr<const Explainer> ExplainerCache::explainer(const Model& model, const ScoreChoice& choice,
                                                           const ExplainerKey& key) {
  // Locked while compiling, too: a second thread that asks for the same one is to wait for it.
  const std::lock_guard lock(mutex_);
  std::erase_if(entries_, [](const Entry& entry) { return entry.explainer.expired(); });
  for (const Entry& entry : entries_)
    if (entry.key == key)
      if (auto explainer = entry.explainer.lock())
        return explainer;
  auto made = std::make_shared<const Explainer>(compile(model, choice, key));
  entries_.push_back({key, made});
  return made;
}

}  // namespace fovea::c_api

using namespace fovea::c_api;

fovea_model::fovea_model(const char* path, ScoreChoice chosen)
    : model(fovea::Model::load(path)), choice(std::move(chosen)) {
  const fovea::ImageInput input = model.image_input();
  const fovea::Labels names = labels_of(model, choice);
  info = {input.channels, input.height, input.width, declared_classes(model, choice), names.size()};
  for (std::int64_t i = 0; i < std::max(info.classes, info.labels); ++i)
    labels.push_back(names.name(i));
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
  return guarded([&] {
    fovea_model*& out = not_null(model, "model");
    out = new fovea_model(&not_null(path, "path"), {});
  });
}

fovea_status fovea_model_load_with(const char* path, const fovea_model_options* options,
                                   fovea_model** model) {
  return guarded([&] {
    fovea_model*& out = not_null(model, "model");
    ScoreChoice choice;
    if (options) {
      if (options->size != sizeof(fovea_model_options))
        throw UsageError(
            fmt::format("options.size is {}, expected {}: it must be sizeof(fovea_model_options)",
                        options->size, sizeof(fovea_model_options)));
      choice = {options->scores ? options->scores : "", parse_activation(options->activation)};
    }
    auto made = std::make_unique<fovea_model>(&not_null(path, "path"), choice);
    if (!choice.scores.empty())
      made->model.inputs_of({choice.scores});  // throws if there is no such value
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

void fovea_model_free(fovea_model* model) {
  delete model;
}
