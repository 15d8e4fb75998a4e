#include "studio/all_routes.hpp"

#include "fovea/image.hpp"
#include "studio/cached.hpp"
#include "studio/request_fields.hpp"

#include <algorithm>

namespace fovea::studio {
namespace {

/// Quality of pictures for the page, 1 to 100.
constexpr int kQuality = 88;

nlohmann::ordered_json photo_json(const StudioPhoto& photo) {
  nlohmann::ordered_json json = {{"id", photo.id},
                                 {"name", photo.name},
                                 {"origin", name_of(photo.origin)},
                                 {"width", nullptr},
                                 {"height", nullptr}};
  if (photo.size) {
    json["width"] = photo.size->width;
    json["height"] = photo.size->height;
  }
  return json;
}

Response photo_list(Studio& studio, const Request& request) {
  JsonFields fields = request.query_fields();
  const auto offset = fields.whole_number_if_given("offset", 0, 1'000'000'000).value_or(0);
  const auto limit = fields.whole_number_if_given("limit", 1, 10'000).value_or(200);
  fields.expect_no_others();
  auto list = nlohmann::ordered_json::array();
  for (const StudioPhoto& photo :
       studio.photos().list(static_cast<std::size_t>(offset), static_cast<std::size_t>(limit)))
    list.push_back(photo_json(photo));
  return Response::json({{"total", studio.photos().size()}, {"photos", list}});
}

Response add_photo(Studio& studio, const Request& request) {
  JsonFields fields = request.query_fields();
  const std::string name = fields.text("name");
  fields.expect_no_others();
  studio.name_upload(*request.upload, name);
  const PhotoSize size = studio.check_picture(request.upload->path());
  const StudioPhoto photo = studio.photos().add(request.upload, name, size);
  try {  // a file whose header is right may still be damaged
    studio.picture(photo, {&studio.interactive(), request.gone});
  } catch (...) {
    studio.photos().remove(photo.id);
    throw;
  }
  return Response::json(photo_json(studio.photos().get(photo.id)), 201);
}

Response one_photo(Studio& studio, const Request& request) {
  StudioPhoto photo = studio.photos().get(request.parameter("photo"));
  if (!photo.size) {
    photo.size = studio.check_picture(photo.path);
    studio.photos().set_size(photo.id, *photo.size);
  }
  return Response::json(photo_json(photo));
}

Response remove_photo(Studio& studio, const Request& request) {
  studio.photos().remove(request.parameter("photo"));
  studio.results().forget(request.parameter("photo"));
  return Response::empty();
}

std::string encode(const Image& image, const std::string& format) {
  if (format == "png")
    return encode_png(image);
  return format == "webp" ? encode_webp(image, kQuality) : encode_jpeg(image, kQuality);
}

/// A picture that is at most `side` pixels long.
Image at_most(const Image& image, std::int64_t side) {
  const std::int64_t longer = std::max(image.width, image.height);
  if (longer <= side)
    return image;
  const auto scaled = [&](std::int64_t length) {
    return std::max<std::int64_t>(1, (length * side + longer / 2) / longer);
  };
  return resize(image, scaled(image.width), scaled(image.height));
}

Response picture(Studio& studio, const Request& request) {
  const StudioPhoto photo = studio.photos().get(request.parameter("photo"));
  JsonFields fields = request.query_fields();
  const std::int64_t side = fields.whole_number_if_given("side", 1, 16384).value_or(1024);
  std::string format = fields.word_if_given("format", {"jpeg", "png", "webp"});
  format = format.empty() ? "jpeg" : format;
  const std::optional<Rect> part =
      read_rect(fields, photo.size ? *photo.size : studio.check_picture(photo.path));
  fields.expect_no_others();
  const std::string key =
      fmt::format("encoded|{}|{}|{}|{}", photo.id, side, format, part ? text_of(*part) : "all");
  return answer_by_key(studio, request, key, [&] {
    const Found<std::string> bytes = studio.results().get<std::string>(
        key, {&studio.interactive(), request.gone},
        [&studio, photo, part, side, format](const std::stop_token& stop) {
          const auto whole = studio.picture(photo, {nullptr, stop});
          const Image small = at_most(part ? crop(*whole, *part) : *whole, side);
          auto encoded = std::make_shared<const std::string>(encode(small, format));
          return Sized<std::string>{encoded, encoded->size()};
        });
    Response response;
    response.type = "image/" + format;
    response.body = *bytes.value;
    return response;
  });
}

}  // namespace

void add_photos_routes(Routes& routes, Studio& studio) {
  routes.add("GET", "/api/photos", [&](const Request& request) { return photo_list(studio, request); });
  routes.add(
      "POST", "/api/photos", [&](const Request& request) { return add_photo(studio, request); }, Body::File);
  routes.add("GET", "/api/photos/{photo}",
             [&](const Request& request) { return one_photo(studio, request); });
  routes.add("DELETE", "/api/photos/{photo}",
             [&](const Request& request) { return remove_photo(studio, request); });
  routes.add("GET", "/api/photos/{photo}/picture",
             [&](const Request& request) { return picture(studio, request); });
}

}  // namespace fovea::studio
