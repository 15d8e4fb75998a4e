#include "studio/http/guard.hpp"

#include "base/lower_case.hpp"
#include "fovea/error.hpp"
#include "studio/failure.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <exception>
#include <sys/random.h>

namespace fovea::studio {
namespace {

constexpr const char* kHelp = "open the address that 'fovea serve' printed, which has a token in it";

Response forbidden(const std::string& message) {
  const RequestError error(403, "forbidden", message, kHelp);
  return failure_response(std::make_exception_ptr(error));
}

/// Whether a browser asks for something to show.
bool asks_for_page(const Request& request) {
  return (request.method == "GET" || request.method == "HEAD") &&
         request.header("accept").find("text/html") != std::string_view::npos;
}

/// What a person sees who has opened the studio without its token.
Response closed_page() {
  Response response;
  response.status = 403;
  response.type = "text/html; charset=utf-8";
  response.body =
      "<!doctype html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"><meta name=\"viewport\" "
      "content=\"width=device-width\"><title>fovea studio</title></head>\n<body>\n"
      "<h1>This address does not open the studio by itself</h1>\n"
      "<p>Open the whole address that <code>fovea serve</code> printed when it was started: it ends "
      "in <code>/?token=...</code>. The browser then remembers it until the studio ends.</p>\n"
      "</body>\n</html>\n";
  return response;
}

/// Whether a host without port is an address in digits: "192.168.0.7", "[fe80::1]".
bool is_address(std::string host) {
  in_addr four = {};
  if (::inet_pton(AF_INET, host.c_str(), &four) == 1)
    return true;
  if (host.size() < 2 || host.front() != '[' || host.back() != ']')
    return false;
  in6_addr six = {};
  return ::inet_pton(AF_INET6, host.substr(1, host.size() - 2).c_str(), &six) == 1;
}

/// The value of a cookie in a Cookie header, or an empty text.
std::string_view cookie_of(std::string_view header, std::string_view name) {
  while (!header.empty()) {
    const std::size_t end = std::min(header.find(';'), header.size());
    std::string_view cookie = header.substr(0, end);
    header.remove_prefix(std::min(end + 1, header.size()));
    while (cookie.starts_with(' '))
      cookie.remove_prefix(1);
    if (cookie.starts_with(name) && cookie.substr(name.size()).starts_with('='))
      return cookie.substr(name.size() + 1);
  }
  return {};
}

}  // namespace

std::string make_token() {
  std::array<unsigned char, 24> bytes = {};
  if (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size()))
    throw OutputError("the system gives no random numbers for a token");
  std::string token;
  for (const unsigned char byte : bytes)
    token += fmt::format("{:02x}", byte);
  return token;
}

bool is_same_secret(std::string_view a, std::string_view b) {
  if (a.size() != b.size())
    return false;
  unsigned difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i)
    difference |= static_cast<unsigned char>(a[i]) ^ static_cast<unsigned char>(b[i]);
  return difference == 0;
}

Guard::Guard(std::string token, std::vector<std::string> hosts, int port, bool any_address)
    : token_(std::move(token)), hosts_(std::move(hosts)), port_(port), any_address_(any_address) {}

std::string Guard::opening() const {
  return "/?token=" + token_;
}

bool Guard::is_own_host(std::string_view host) const {
  const std::string port = fmt::format(":{}", port_);
  const bool is_default_port = port_ == 80 && (host.empty() || host.find(':') == std::string_view::npos);
  if (!host.ends_with(port) && !is_default_port)
    return false;
  const std::string name =
      lower_case(std::string(is_default_port ? host : host.substr(0, host.size() - port.size())));
  return std::find(hosts_.begin(), hosts_.end(), name) != hosts_.end() || (any_address_ && is_address(name));
}

bool Guard::has_token(const Request& request) const {
  constexpr std::string_view scheme = "Bearer ";
  const std::string_view authorization = request.header("authorization");
  if (authorization.starts_with(scheme))
    return is_same_secret(authorization.substr(scheme.size()), token_);
  return is_same_secret(cookie_of(request.header("cookie"), fmt::format("fovea_{}", port_)), token_);
}

Response Guard::open_session(const Request& request) const {
  Response response;
  response.status = 303;
  response.headers = {
      {"Location", "/"},
      {"Set-Cookie", fmt::format("fovea_{}={}; HttpOnly; SameSite=Strict; Path=/", port_, token_)}};
  // Behind a link on another site's page a redirect would not carry a strict cookie; what the page itself
  // asks for does.
  if (const std::string_view site = request.header("sec-fetch-site");
      site == "cross-site" || site == "same-site") {
    response.status = 200;
    response.headers[0] = {"Refresh", "0; url=/"};
    response.type = "text/plain; charset=utf-8";
    response.body = "Opening the studio ...\n";
  }
  return response;
}

std::optional<Response> Guard::check(const Request& request) const {
  const std::string host(request.header("host"));
  if (!is_own_host(host))
    return forbidden(fmt::format("the request is for another host, '{}'", host));
  const bool opens = (request.method == "GET" || request.method == "HEAD") && request.path == "/" &&
                     is_same_secret(request.query_value("token"), token_);
  if (opens)
    return open_session(request);
  if (const std::string_view origin = request.header("origin");
      !origin.empty() && lower_case(std::string(origin)) != "http://" + lower_case(host))
    return forbidden(fmt::format("a page of another origin asks, '{}'", origin));
  if (const std::string_view site = request.header("sec-fetch-site");
      !site.empty() && site != "same-origin" && site != "none")
    return forbidden("a page of another site asks");
  if (!has_token(request))
    return asks_for_page(request) ? closed_page() : forbidden("the token is missing or wrong");
  return {};
}

}  // namespace fovea::studio
