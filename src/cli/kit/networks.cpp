#include "cli/kit/networks.hpp"

#include "cli/kit/output.hpp"
#include "cli/kit/user_settings.hpp"
#include "fovea/error.hpp"

#include <fmt/format.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <system_error>

namespace fovea::cli {

namespace fs = std::filesystem;

namespace {

/// The places where a file of the bundled models may be: of an installed program, and in its sources.
std::array<fs::path, 2> places_of(const std::string& name) {
  const fs::path file = fs::path("models") / name;
  std::error_code ignored;
  const fs::path program = fs::read_symlink("/proc/self/exe", ignored);
  return {program.parent_path().parent_path() / FOVEA_INSTALLED_DATA_DIR / file,
          fs::path(FOVEA_SOURCE_DATA_DIR) / file};
}

/// The first of these places that exists, or nothing.
std::optional<std::string> bundled_file(const std::string& name) {
  std::error_code ignored;
  for (const fs::path& place : places_of(name))
    if (fs::exists(place, ignored))
      return place.string();
  return {};
}

std::optional<std::string> environment(const char* name) {
  const char* value = std::getenv(name);
  return value && *value ? std::optional<std::string>(value) : std::nullopt;
}

}  // namespace

NetworkCatalog user_catalog() {
  NetworkPlaces places = NetworkPlaces::of_environment(environment);
  if (places.list.empty())
    places.list = bundled_file("zoo.json").value_or(places_of("zoo.json")[0].string());
  return NetworkCatalog(std::move(places));
}

FoundNetwork find_network(const std::string& text) {
  if (!text.empty())
    return user_catalog().find(text);
  if (const auto setting = user_setting("model"))
    try {
      return user_catalog().find(setting->value);
    } catch (const InputError& error) {
      throw InputError(fmt::format("{}: {}", setting->origin, error.what()));
    }
  FoundNetwork bundled;
  bundled.path = bundled_model();
  bundled.origin = FoundNetwork::Origin::Bundled;
  return bundled;
}

PictureSize choose_picture_size(const Model& model, const std::string& text, std::int64_t otherwise) {
  PictureSize size = picture_size(model, text, otherwise);
  if (size.note)
    say_notes({&*size.note, 1});
  return size;
}

std::string bundled_model() {
  constexpr const char* name = "imagenette-resnet.onnx";
  if (const auto path = bundled_file(name))
    return *path;
  const auto places = places_of(name);
  throw InputError(fmt::format("the bundled file {} is neither at {} nor at {}: name a model with -m", name,
                               places[0].string(), places[1].string()));
}

std::string bundled_samples() {
  const fs::path folder = fs::path(bundled_model()).parent_path().parent_path() / "samples";
  std::error_code ignored;
  if (fs::is_directory(folder, ignored))
    return folder.string();
  throw InputError(
      fmt::format("the sample pictures are not in {}: name pictures of your own", folder.string()));
}

}  // namespace fovea::cli
