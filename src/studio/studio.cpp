#include "studio/studio.hpp"

#include "base/mapped_file.hpp"
#include "image/probe.hpp"
#include "studio/failure.hpp"

#include <fmt/format.h>

#include <random>

namespace fovea::studio {
namespace {

/// How many files of the largest size are kept on the disk.
constexpr std::int64_t kFilesKept = 4;

std::string random_id() {
  std::random_device device;
  return fmt::format("{:08x}{:08x}", device(), device());
}

}  // namespace

Studio::Studio(StudioOptions options)
    : options_(std::move(options)), run_id_(random_id()),
      models_(kFilesKept * options_.limits.max_upload, options_.load),
      photos_(kFilesKept * options_.limits.max_upload), results_(options_.limits.memory_of_results()),
      interactive_("requests", 1, options_.limits.waiting),
      jobs_(
          options_.limits.jobs, options_.limits.waiting,
          [this](std::string text) { return readable(std::move(text)); }, options_.limits.memory_of_jobs()) {}

Studio::~Studio() {
  stop();
}

void Studio::stop() {
  jobs_.stop();
  interactive_.stop();
}

std::shared_ptr<Upload> Studio::make_upload() const {
  return std::make_shared<Upload>(options_.temporary_folder);
}

void Studio::name_upload(const Upload& file, const std::string& name) {
  const std::lock_guard lock(names_mutex_);
  upload_names_[file.path()] = name;
}

PhotoSize Studio::check_picture(const std::string& path) const {
  Probe probe;
  try {
    probe = probe_image(MappedFile::open(path, INT32_MAX)->bytes());
  } catch (const InputError& error) {
    throw error.path().empty() ? InputError(error.what(), path) : error;
  }
  if (probe.width > options_.limits.max_pixels / probe.height)
    throw RequestError(413, "too-large",
                       fmt::format("the photo has {} x {} pixels: at most {:.3g} million are allowed",
                                   probe.width, probe.height,
                                   static_cast<double>(options_.limits.max_pixels) / 1e6),
                       "choose a smaller photo");
  const bool is_turned = probe.orientation > 4;
  return {is_turned ? probe.height : probe.width, is_turned ? probe.width : probe.height};
}

std::shared_ptr<const Image> Studio::picture(const StudioPhoto& photo, const Asker& asker) {
  return results_
      .get<Image>("picture|" + photo.id, asker,
                  [this, photo](const std::stop_token&) {
                    check_picture(photo.path);
                    auto image = std::make_shared<const Image>(read_image(photo.path));
                    photos_.set_size(photo.id, {image->width, image->height});
                    return Sized<Image>{image, image->pixels.size()};
                  })
      .value;
}

std::string Studio::readable(std::string text) const {
  const auto replace_all = [&text](const std::string& path, const std::string& name) {
    // Not the beginning of a longer number: "/proc/self/fd/1" in "/proc/self/fd/12".
    for (std::size_t at = text.find(path); at != std::string::npos; at = text.find(path, at)) {
      const std::size_t end = at + path.size();
      if (end < text.size() && text[end] >= '0' && text[end] <= '9') {
        at = end;
        continue;
      }
      text.replace(at, path.size(), name);
      at += name.size();
    }
  };
  const std::lock_guard lock(names_mutex_);
  for (const auto& [path, name] : upload_names_)
    replace_all(path, name);
  return text;
}

}  // namespace fovea::studio
