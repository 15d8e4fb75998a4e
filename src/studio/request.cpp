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

/// The value of a hexadecimal digit, or -1.
int hexadecimal(char digit) {
  if (digit >= '0' && digit <= '9')
    return digit - '0';
  if (digit >= 'a' && digit <= 'f')
    return digit - 'a' + 10;
  if (digit >= 'A' && digit <= 'F')
    return digit - 'A' + 10;
  return -1;
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

std::optional<std::string> percent_decoded(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded += text[i];
      continue;
    }
    if (i + 2 >= text.size())
      return {};
    const int high = hexadecimal(text[i + 1]), low = hexadecimal(text[i + 2]);
    if (high < 0 || low < 0)
      return {};
    decoded += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return decoded;
}

}  // namespace fovea::studio
