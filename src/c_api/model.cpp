#include "c_api/model.hpp"

#include "base/check.hpp"
#include "c_api/guard.hpp"

#include <algorithm>

namespace fovea::c_api {
namespace {

/// Elements of the first output for one picture; 0 where the file leaves an extent open.
std::int64_t declared_classes(const Model& model) {
  if (model.outputs().empty() || model.outputs().front().dims.size() < 2)
    return 0;
  const std::vector<std::int64_t>& dims = model.outputs().front().dims;
  std::int64_t classes = 1;
  for (auto dim = dims.begin() + 1; dim != dims.end(); ++dim)
    classes = *dim < 0 ? 0 : classes * *dim;
  return classes;
}

AnyProgram compile(const Model& model, const ProgramKey& key) {
  ProgramOptions options;
  options.batch = key.batch;
  options.height = key.height;
  options.width = key.width;
  options.threads = key.threads;
  if (!key.method.empty())
    return MapProgram::compile(model, preprocessing_of(model, key.preprocessing), key.method, options);
  options.direction = Direction::Forward;
  return compile_for_pictures(model, options);
}

}  // namespace

Preprocessing preprocessing_of(const Model& model, const std::string& preset) {
  if (!preset.empty())
    return preprocessing_preset(preset);
  return model.preprocessing() ? *model.preprocessing() : preprocessing_preset("torchvision");
}

AnyProgram ProgramCache::program(const Model& model, const ProgramKey& key) {
  // Locked while compiling, too: a second thread that asks for the same program is to wait for it.
  const std::lock_guard lock(mutex_);
  std::erase_if(entries_, [](const Entry& entry) { return entry.scores.expired() && entry.maps.expired(); });
  for (const Entry& entry : entries_)
    if (entry.key == key) {
      if (auto scores = entry.scores.lock())
        return scores;
      if (auto maps = entry.maps.lock())
        return maps;
    }
  const AnyProgram made = compile(model, key);
  Entry entry{key, {}, {}};
  if (const auto* scores = std::get_if<std::shared_ptr<const Program>>(&made))
    entry.scores = *scores;
  else
    entry.maps = std::get<std::shared_ptr<const MapProgram>>(made);
  entries_.push_back(std::move(entry));
  return made;
}

}  // namespace fovea::c_api

using namespace fovea::c_api;

fovea_model::fovea_model(const char* path) : model(fovea::Model::load(path)) {
  const fovea::ImageInput input = model.image_input();
  info = {input.channels, input.height, input.width, declared_classes(model), model.labels().size()};
  for (std::int64_t i = 0; i < std::max(info.classes, info.labels); ++i)
    labels.push_back(model.labels().name(i));
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
    out = new fovea_model(&not_null(path, "path"));
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
