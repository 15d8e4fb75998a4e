#include "studio/all_routes.hpp"
#include "studio/cuts.hpp"

#include <fmt/format.h>

#include <atomic>
#include <memory>

namespace fovea::studio {
namespace {

std::string key_of_cut(const std::string& id) {
  return "cut|" + id;
}

std::size_t bytes_of(const Cut& cut) {
  const std::size_t pixels = cut.object.mask.pixels.size();
  return cut.photo->pixels.size() + cut.object.seen.pixels.size() + 2 * pixels + cut.object.map.bytes() +
         (cut.explanation ? cut.explanation->relevance.bytes() + cut.explanation->map.bytes() : 0);
}

bool takes_long(const CutRequest& request) {
  for (const MapRequest& map : request.maps)
    if (takes_long(map))
      return true;
  return false;
}

Response cut_photo(Studio& studio, const Request& request, std::atomic<std::uint64_t>& last_id) {
  JsonFields fields = request.fields();
  const CutRequest wanted = read_cut_request(studio, fields);
  fields.expect_no_others();
  const std::string id = fmt::format("c{}", ++last_id);
  Lane& lane = takes_long(wanted) ? studio.jobs().lane() : studio.interactive();
  const Found<Cut> cut = studio.results().get<Cut>(
      key_of_cut(id), {&lane, request.gone}, [&studio, wanted](const std::stop_token& stop) {
        auto made = std::make_shared<const Cut>(make_cut(studio, wanted, stop));
        return Sized<Cut>{made, bytes_of(*made)};
      });
  nlohmann::ordered_json json = {{"id", id}};
  json.update(cut_json(*cut.value));
  return Response::json(json);
}

Response file_of_cut(Studio& studio, const Request& request) {
  const std::string& id = request.parameter("cut");
  const auto cut = studio.results().find<Cut>(key_of_cut(id));
  if (!cut)
    throw not_found("cut", id, "cuts are kept for a while: make it again with POST /api/cut");
  const std::string& name = request.parameter("file");
  // Drawn where other work is, so that many requests for figures do not take all processors.
  const auto file = studio.results().get<Response>(
      fmt::format("cut-file|{}|{}", id, name), {&studio.interactive(), request.gone},
      [cut, name](const std::stop_token&) {
        return Sized<Response>{std::make_shared<const Response>(cut_file(*cut, name)), kNotKept};
      });
  Response response = *file.value;
  response.headers.emplace_back("Cache-Control", "private, max-age=3600");
  return response;
}

}  // namespace

void add_cut_routes(Routes& routes, Studio& studio) {
  const auto last_id = std::make_shared<std::atomic<std::uint64_t>>(0);
  routes.add(
      "POST", "/api/cut",
      [&studio, last_id](const Request& request) { return cut_photo(studio, request, *last_id); },
      Body::Json);
  routes.add("GET", "/api/cuts/{cut}/{file}",
             [&studio](const Request& request) { return file_of_cut(studio, request); });
}

}  // namespace fovea::studio
