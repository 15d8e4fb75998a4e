#include "studio/cached.hpp"

#include "base/fingerprint.hpp"

namespace fovea::studio {
namespace {

/// Whether a list of ETags names this one, or is "*".
bool names_tag(std::string_view list, std::string_view tag) {
  return list == "*" || list.find(tag) != std::string_view::npos;
}

}  // namespace

Response answer_by_key(const Studio& studio, const Request& request, const std::string& key,
                       const std::function<Response()>& make) {
  const std::string tag = fmt::format("\"{}-{}\"", studio.run_id(), Fingerprint().add(key).text());
  Response response = names_tag(request.header("if-none-match"), tag) ? Response::empty(304) : make();
  response.headers.emplace_back("ETag", tag);
  response.headers.emplace_back("Cache-Control", "private, no-cache");
  return response;
}

}  // namespace fovea::studio
