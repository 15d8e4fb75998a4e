#include "studio/photo_store.hpp"

#include "studio/failure.hpp"

#include <fmt/format.h>

#include <filesystem>

namespace fovea::studio {

std::string_view name_of(PhotoOrigin origin) {
  switch (origin) {
  case PhotoOrigin::Named:
    return "named";
  case PhotoOrigin::Sample:
    return "sample";
  case PhotoOrigin::Uploaded:
    break;
  }
  return "uploaded";
}

StudioPhoto PhotoStore::add(const std::string& path, PhotoOrigin origin) {
  const std::lock_guard lock(mutex_);
  return insert({"", std::filesystem::path(path).filename().string(), origin, path});
}

StudioPhoto PhotoStore::add(std::shared_ptr<Upload> file, const std::string& name, const PhotoSize& size) {
  const std::lock_guard lock(mutex_);
  make_room(file->size());
  uploaded_bytes_ += file->size();
  const std::string path = file->path();
  return insert({"", name, PhotoOrigin::Uploaded, path, std::move(file), size});
}

StudioPhoto PhotoStore::insert(StudioPhoto photo) {
  photo.id = fmt::format("p{}", ++last_id_);
  entries_.push_back({std::move(photo), ++last_use_});
  by_id_[entries_.back().photo.id] = std::prev(entries_.end());
  return entries_.back().photo;
}

PhotoStore::Entries::iterator PhotoStore::find(const std::string& id) {
  const auto at = by_id_.find(id);
  if (at == by_id_.end())
    throw not_found("photo", id, "GET /api/photos lists the photos that there are");
  return at->second;
}

void PhotoStore::erase(Entries::iterator at) {
  if (at->photo.file)
    uploaded_bytes_ -= at->photo.file->size();
  by_id_.erase(at->photo.id);
  entries_.erase(at);
}

void PhotoStore::make_room(std::int64_t bytes) {
  while (uploaded_bytes_ > 0 && uploaded_bytes_ + bytes > most_uploaded_bytes_) {
    auto oldest = entries_.end();
    for (auto at = entries_.begin(); at != entries_.end(); ++at)
      if (at->photo.file && (oldest == entries_.end() || at->used < oldest->used))
        oldest = at;
    if (oldest == entries_.end())
      return;
    erase(oldest);
  }
}

StudioPhoto PhotoStore::get(const std::string& id) {
  const std::lock_guard lock(mutex_);
  const auto at = find(id);
  at->used = ++last_use_;
  return at->photo;
}

void PhotoStore::set_size(const std::string& id, const PhotoSize& size) {
  const std::lock_guard lock(mutex_);
  if (const auto at = by_id_.find(id); at != by_id_.end())
    at->second->photo.size = size;
}

std::vector<StudioPhoto> PhotoStore::list(std::size_t offset, std::size_t limit) const {
  const std::lock_guard lock(mutex_);
  std::vector<StudioPhoto> photos;
  std::size_t number = 0;
  for (const Entry& entry : entries_) {
    if (photos.size() == limit)
      break;
    if (number++ >= offset)
      photos.push_back(entry.photo);
  }
  return photos;
}

std::size_t PhotoStore::size() const {
  const std::lock_guard lock(mutex_);
  return entries_.size();
}

void PhotoStore::remove(const std::string& id) {
  const std::lock_guard lock(mutex_);
  erase(find(id));
}

}  // namespace fovea::studio
