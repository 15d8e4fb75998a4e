#pragma once

#include "studio/failure.hpp"
#include "studio/request.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fovea::studio {

/// What a route takes as the body of its requests.
enum class Body {
  None,
  Json,  ///< at most kMaxJsonBytes
  File,  ///< bytes of a file, which become Request::upload
};

inline constexpr std::int64_t kMaxJsonBytes = 4 << 20;

using Handler = std::function<Response(const Request&)>;

/// The requests that the studio answers, by method and path.
class Routes {
public:
  /// `readable` is applied to the messages of failures.
  explicit Routes(ReadableText readable = {});

  /// Adds a route. A part of the pattern in braces, as in "/api/models/{model}", stands for any text without
  /// '/' that is not empty, which is Request::parameter("model"). The first route that fits is taken.
  void add(std::string method, const std::string& pattern, Handler handler, Body body = Body::None);

  /// What the route takes as its body; none if no route has this method and path.
  std::optional<Body> body_of(std::string_view method, std::string_view path) const;
  /// Answers a request. Every exception becomes an answer: 404 for a path that no route has, 405 for another
  /// method of a path, and otherwise that of `failure_response`.
  Response handle(const Request& request) const;

private:
  struct Route {
    std::string method;
    std::vector<std::string> pattern;
    Handler handler;
    Body body;
  };
  Response dispatch(const Request& request) const;

  ReadableText readable_;
  std::vector<Route> routes_;
};

}  // namespace fovea::studio
