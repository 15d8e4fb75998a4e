#include "studio/model_store.hpp"

#include "studio/failure.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <tuple>

namespace fovea::studio {

std::string_view name_of(ModelOrigin origin) {
  switch (origin) {
  case ModelOrigin::Bundled:
    return "bundled";
  case ModelOrigin::Named:
    return "named";
  case ModelOrigin::Uploaded:
    break;
  }
  return "uploaded";
}

std::string StudioModel::key() const {
  return fmt::format("{}.{}", id, revision);
}

std::shared_ptr<const StudioModel> ModelStore::add(NetworkRequest request, ModelOrigin origin,
                                                   std::string name, std::shared_ptr<Upload> file) {
  request.load = load_;
  if (file)
    request.found.path = file->path();
  Network network = Network::load(request);
  const std::lock_guard lock(mutex_);
  if (file)
    make_room(file->size());
  auto model = std::make_shared<const StudioModel>(StudioModel{fmt::format("m{}", ++last_id_),
                                                               std::move(name), origin, 1, std::move(request),
                                                               std::move(file), std::move(network)});
  entries_.push_back({model, ++last_use_});
  return model;
}

ModelStore::Entry& ModelStore::find(const std::string& id) {
  for (Entry& entry : entries_)
    if (entry.model->id == id)
      return entry;
  throw not_found("model", id, "GET /api/models lists the models that there are");
}

void ModelStore::make_room(std::int64_t bytes) {
  const auto uploaded_bytes = [&] {
    std::int64_t sum = bytes;
    for (const Entry& entry : entries_)
      sum += entry.model->file ? entry.model->file->size() : 0;
    return sum;
  };
  while (uploaded_bytes() > most_uploaded_bytes_) {
    auto oldest = entries_.end();
    for (auto at = entries_.begin(); at != entries_.end(); ++at)
      if (at->model->file && (oldest == entries_.end() || at->used < oldest->used))
        oldest = at;
    if (oldest == entries_.end())
      return;
    entries_.erase(oldest);
  }
}

std::shared_ptr<const StudioModel> ModelStore::get(const std::string& id) {
  const std::lock_guard lock(mutex_);
  Entry& entry = find(id);
  entry.used = ++last_use_;
  return entry.model;
}

std::vector<std::shared_ptr<const StudioModel>> ModelStore::list() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::shared_ptr<const StudioModel>> models;
  for (const Entry& entry : entries_)
    models.push_back(entry.model);
  return models;
}

namespace {

bool is_same(const PreprocessingSpec& a, const PreprocessingSpec& b) {
  const auto all = [](const PreprocessingSpec& spec) {
    return std::tie(spec.preset, spec.resize, spec.crop, spec.mean, spec.std, spec.scale, spec.channel_order);
  };
  return all(a) == all(b);
}

}  // namespace

std::shared_ptr<const StudioModel> ModelStore::change(const std::string& id,
                                                      const PreprocessingSpec& preprocessing) {
  const std::shared_ptr<const StudioModel> old = get(id);
  if (is_same(old->request.preprocessing, preprocessing))
    return old;
  StudioModel changed = *old;
  changed.request.preprocessing = preprocessing;
  changed.network = Network::load(changed.request);
  const std::lock_guard lock(mutex_);
  Entry& entry = find(id);
  changed.revision = entry.model->revision + 1;
  entry.model = std::make_shared<const StudioModel>(std::move(changed));
  return entry.model;
}

void ModelStore::remove(const std::string& id) {
  const std::lock_guard lock(mutex_);
  find(id);
  std::erase_if(entries_, [&](const Entry& entry) { return entry.model->id == id; });
}

}  // namespace fovea::studio
