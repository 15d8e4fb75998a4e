#include "studio/routes.hpp"

#include <fmt/ranges.h>

#include <algorithm>

namespace fovea::studio {
namespace {

std::vector<std::string> parts_of(std::string_view path) {
  std::vector<std::string> parts;
  for (std::size_t begin = path.starts_with('/') ? 1 : 0; begin <= path.size();) {
    const std::size_t end = std::min(path.find('/', begin), path.size());
    parts.emplace_back(path.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

/// The parameters of a path that fits a pattern, or none.
std::optional<NamedTexts> match(const std::vector<std::string>& pattern,
                                const std::vector<std::string>& parts) {
  if (pattern.size() != parts.size())
    return {};
  NamedTexts parameters;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const bool is_parameter = pattern[i].starts_with('{');
    if (is_parameter ? parts[i].empty() : parts[i] != pattern[i])
      return {};
    if (is_parameter)
      parameters.emplace_back(pattern[i].substr(1, pattern[i].size() - 2), parts[i]);
  }
  return parameters;
}

/// HEAD is answered as GET is; the connection leaves the body out.
std::string_view method_of(std::string_view method) {
  return method == "HEAD" ? "GET" : method;
}

}  // namespace

Routes::Routes(ReadableText readable)
    : readable_(readable ? std::move(readable) : [](std::string text) { return text; }) {}

void Routes::add(std::string method, const std::string& pattern, Handler handler, Body body) {
  routes_.push_back({std::move(method), parts_of(pattern), std::move(handler), body});
}

std::optional<Body> Routes::body_of(std::string_view method, std::string_view path) const {
  const std::vector<std::string> parts = parts_of(path);
  for (const Route& route : routes_)
    if (route.method == method_of(method) && match(route.pattern, parts))
      return route.body;
  return {};
}

Response Routes::dispatch(const Request& request) const {
  const std::vector<std::string> parts = parts_of(request.path);
  std::vector<std::string> methods;
  for (const Route& route : routes_) {
    std::optional<NamedTexts> parameters = match(route.pattern, parts);
    if (!parameters)
      continue;
    if (route.method != method_of(request.method)) {
      methods.push_back(route.method);
      continue;
    }
    Request matched = request;
    matched.parameters = std::move(*parameters);
    return route.handler(matched);
  }
  if (methods.empty())
    throw RequestError(404, "not-found", fmt::format("there is nothing at '{}'", request.path),
                       "docs/studio.md lists all requests");
  throw RequestError(405, "input",
                     fmt::format("'{}' cannot be asked for by {}", request.path, request.method),
                     fmt::format("use {}", fmt::join(methods, " or ")))
      .with_header("Allow", fmt::format("{}", fmt::join(methods, ", ")));
}

Response Routes::handle(const Request& request) const {
  try {
    return dispatch(request);
  } catch (...) {
    return failure_response(std::current_exception(), readable_);
  }
}

}  // namespace fovea::studio
