#include "studio/http/message.hpp"

#include "base/lower_case.hpp"
#include "studio/failure.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace fovea::studio {
namespace {

RequestError malformed(const std::string& message) {
  return {400, "input", "the request is malformed: " + message, "send HTTP/1.1"};
}

bool is_token_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

bool is_token(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_token_character);
}

bool is_control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 32 || byte == 127;
}

/// Takes the text up to a separator away from the front of `text`.
std::string_view take_until(std::string_view& text, std::string_view separator) {
  const std::size_t end = std::min(text.find(separator), text.size());
  const std::string_view taken = text.substr(0, end);
  text.remove_prefix(std::min(end + separator.size(), text.size()));
  return taken;
}

std::string_view trimmed(std::string_view text) {
  const auto is_blank = [](char c) { return c == ' ' || c == '\t'; };
  while (!text.empty() && is_blank(text.front()))
    text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back()))
    text.remove_suffix(1);
  return text;
}

std::string decode(std::string_view text) {
  const auto decoded = percent_decoded(text);
  if (!decoded)
    throw malformed("its address has a '%' without two hexadecimal digits behind it");
  return *decoded;
}

std::string decode_query(std::string_view text) {
  std::string spaced(text);
  std::replace(spaced.begin(), spaced.end(), '+', ' ');
  return decode(spaced);
}

void parse_target(std::string_view target, Request& request) {
  if (!target.starts_with('/') || std::any_of(target.begin(), target.end(), is_control))
    throw malformed("its address does not begin with '/'");
  std::string_view query = target;
  request.path = decode(take_until(query, "?"));
  while (!query.empty()) {
    std::string_view value = take_until(query, "&");
    if (value.empty())
      continue;
    std::string name = decode_query(take_until(value, "="));
    request.query.emplace_back(std::move(name), decode_query(value));
  }
}

void parse_request_line(std::string_view line, RequestHead& head) {
  const std::string_view method = take_until(line, " "), target = take_until(line, " ");
  if (!is_token(method) || method.size() > 16)
    throw malformed("it does not begin with a method");
  head.request.method = method;
  if (line != "HTTP/1.1" && line != "HTTP/1.0")
    throw line.starts_with("HTTP/") ? RequestError(505, "input", "only HTTP/1.1 is spoken here")
                                    : malformed("its first line does not end in HTTP/1.1");
  head.keeps_alive = line == "HTTP/1.1";
  parse_target(target, head.request);
}

void parse_header(std::string_view line, Request& request) {
  std::string_view value = line;
  const std::string_view name = take_until(value, ":");
  if (name.size() == line.size() || !is_token(name))
    throw malformed("a header has no name");
  value = trimmed(value);
  if (std::any_of(value.begin(), value.end(), [](char c) { return is_control(c) && c != '\t'; }))
    throw malformed("a header holds control characters");
  std::string lower = lower_case(std::string(name));
  for (const std::string_view single :
       {"host", "content-length", "transfer-encoding", "authorization", "origin", "sec-fetch-site", "expect"})
    if (lower == single && !request.header(lower).empty())
      throw malformed(fmt::format("the header {} is given twice", single));
  request.headers.emplace_back(std::move(lower), std::string(value));
}

std::int64_t parse_length(std::string_view text) {
  std::int64_t length = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), length);
  if (error != std::errc() || end != text.data() + text.size() || text.front() == '-')
    throw malformed("its Content-Length is not a number");
  return length;
}

void read_framing(RequestHead& head) {
  const Request& request = head.request;
  if (const std::string_view length = request.header("content-length"); !length.empty())
    head.length = parse_length(length);
  if (const std::string_view coding = request.header("transfer-encoding"); !coding.empty()) {
    if (lower_case(std::string(coding)) != "chunked")
      throw RequestError(501, "input", "the request's transfer coding is not known",
                         "send it as it is, or chunked");
    if (head.length)
      throw malformed("it has both a length and chunks");
    head.is_chunked = true;
  }
  const std::string connection = lower_case(std::string(request.header("connection")));
  if (connection == "close")
    head.keeps_alive = false;
  head.expects_continue = lower_case(std::string(request.header("expect"))) == "100-continue";
}

std::string_view reason_of(int status) {
  switch (status) {
  case 200:
    return "OK";
  case 201:
    return "Created";
  case 202:
    return "Accepted";
  case 204:
    return "No Content";
  case 303:
    return "See Other";
  case 304:
    return "Not Modified";
  case 400:
    return "Bad Request";
  case 403:
    return "Forbidden";
  case 404:
    return "Not Found";
  case 405:
    return "Method Not Allowed";
  case 408:
    return "Request Timeout";
  case 413:
    return "Content Too Large";
  case 503:
    return "Service Unavailable";
  default:
    return status < 500 ? "Refused" : "Failed";
  }
}

/// What a browser may do with the answers: nothing but show the page, with its own files.
constexpr std::pair<std::string_view, std::string_view> kSecurityHeaders[] = {
    {"Content-Security-Policy", "default-src 'self'; img-src 'self' blob: data:; object-src 'none'; "
                                "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"},
    {"X-Content-Type-Options", "nosniff"},
    {"X-Frame-Options", "DENY"},
    {"Referrer-Policy", "no-referrer"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
    {"Cross-Origin-Opener-Policy", "same-origin"},
    {"Cache-Control", "no-store"},
};

}  // namespace

RequestHead parse_head(std::string_view head) {
  RequestHead parsed;
  std::size_t headers = 0;
  parse_request_line(take_until(head, "\r\n"), parsed);
  while (true) {
    const std::string_view line = take_until(head, "\r\n");
    if (line.empty())
      break;
    if (++headers > kMaxHeaders)
      throw RequestError(431, "input", fmt::format("the request has more than {} headers", kMaxHeaders));
    parse_header(line, parsed.request);
  }
  if (!head.empty())
    throw malformed("something follows its headers");
  read_framing(parsed);
  return parsed;
}

std::int64_t parse_chunk_size(std::string_view line) {
  const std::string_view digits = trimmed(line.substr(0, line.find(';')));
  std::uint32_t size = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), size, 16);
  if (digits.empty() || digits.size() > 8 || error != std::errc() || end != digits.data() + digits.size())
    throw malformed("a chunk does not begin with its size");
  return size;
}

std::string response_head(const Response& response, bool is_chunked, bool keeps_alive) {
  std::string head = fmt::format("HTTP/1.1 {} {}\r\n", response.status, reason_of(response.status));
  const auto add = [&](std::string_view name, std::string_view value) {
    head += fmt::format("{}: {}\r\n", name, value);
  };
  if (!response.type.empty())
    add("Content-Type", response.type);
  if (is_chunked)
    add("Transfer-Encoding", "chunked");
  else if (response.status != 204 && response.status != 304)
    add("Content-Length", std::to_string(response.body.size()));
  for (const auto& [name, value] : response.headers)
    add(name, value);
  for (const auto& [name, value] : kSecurityHeaders) {
    const bool is_given = std::any_of(response.headers.begin(), response.headers.end(),
                                      [&](const auto& header) { return header.first == name; });
    if (!is_given)
      add(name, value);
  }
  add("Connection", keeps_alive ? "keep-alive" : "close");
  return head + "\r\n";
}

}  // namespace fovea::studio
