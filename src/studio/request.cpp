#include "studio/request.hpp"

#include "base/check.hpp"
#include "base/json.hpp"

namespace fovea::studio {
namespace {

std::string_view find_text(const NamedTexts& texts, std::string_view name) {
  for (const auto& [known, value] : texts)
    if (known == name)
      return value;
  return {};
}

bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("-._~").find(c) != std::string_view::npos;
}

}  // namespace

std::string_view Request::header(std::string_view name) const {
  return find_text(headers, name);
}

std::string_view Request::query_value(std::string_view name) const {
  return find_text(query, name);
}

const std::string& Request::parameter(std::string_view name) const {
  for (const auto& [known, value] : parameters)
    if (known == name)
      return value;
  FOVEA_ASSERT(!"the route's pattern has no such parameter");
}

JsonFields Request::fields() const {
  return body.empty() ? query_fields() : JsonFields::parse(body, "the request's body");
}

JsonFields Request::query_fields() const {
  return JsonFields::of_texts(query, "the request");
}

Response Response::json(const nlohmann::ordered_json& json, int status) {
  Response response;
  response.status = status;
  response.type = "application/json";
  response.body = json_text(json) + "\n";
  return response;
}

Response Response::empty(int status) {
  Response response;
  response.status = status;
  return response;
}

std::string percent_encoded(std::string_view text) {
  std::string encoded;
  for (const char c : text)
    if (is_plain(c))
      encoded += c;
    else
      encoded += fmt::format("%{:02X}", static_cast<unsigned char>(c));
  return encoded;
}

}  // namespace fovea::studio
