#include "batch/photo_data.hpp"

#include "batch/shard_reader.hpp"
#include "fovea/error.hpp"

#include <fmt/format.h>

#include <cstdint>
#include <optional>
#include <utility>

namespace fovea {
namespace {

using Json = nlohmann::ordered_json;

PhotoData parse_photo_data(const std::string& line, const std::string& path) {
  try {
    Json json = Json::parse(line);
    return {json.at("image").get<std::string>(), json.value("error", ""),
            json.contains("data") ? std::move(json["data"]) : Json()};
  } catch (const Json::exception&) {
    throw InputError("is damaged: begin anew", path);
  }
}

}  // namespace

std::string photo_data_line(const std::string& image, const std::string& error, const std::string& data) {
  const auto text = [](const std::string& any) {
    return Json(any).dump(-1, ' ', true, Json::error_handler_t::replace);
  };
  std::string line = "{\"image\":" + text(image);
  if (!error.empty())
    line += ",\"error\":" + text(error);
  if (!data.empty())
    line += ",\"data\":" + data;
  return line + "}";
}

void for_each_photo(const ResultStore& store, const std::function<void(PhotoData photo)>& take) {
  PiecewiseFile file(store.files().data);
  std::int64_t photos = 0;
  while (const std::optional<std::string> line = file.read_line()) {
    take(parse_photo_data(*line, file.path()));
    ++photos;
  }
  if (photos != store.counts().photos)
    throw InputError(
        fmt::format("tells of {} photos, but its journal of {}: begin anew", photos, store.counts().photos),
        file.path());
}

}  // namespace fovea
