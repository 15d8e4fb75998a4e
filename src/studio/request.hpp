#pragma once

#include "base/json_fields.hpp"
#include "studio/upload.hpp"

#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// Requests and responses of the studio's HTTP interface, without any socket.
namespace fovea::studio {

using NamedTexts = std::vector<std::pair<std::string, std::string>>;

struct Request {
  std::string method;                   ///< "GET", "POST", ...
  std::string path;                     ///< decoded, without the query: "/api/models/m1"
  NamedTexts query = {};                ///< decoded, in the order of the request
  NamedTexts headers = {};              ///< names in lower case
  std::string body = {};                ///< of a route that takes JSON
  std::shared_ptr<Upload> upload = {};  ///< the body of a route that takes a file
  NamedTexts parameters = {};           ///< what stands for the "{names}" of the route's pattern
  /// Stopped once the client has gone away.
  std::stop_token gone = {};

  /// The header's value, or an empty text.
  std::string_view header(std::string_view name) const;
  /// The query's value of that name, or an empty text.
  std::string_view query_value(std::string_view name) const;
  /// What stands for "{name}" in the route's pattern; it is not empty.
  const std::string& parameter(std::string_view name) const;
  /// The fields of the JSON body, or of the query where there is no body. InputError for a body that is not a
  /// JSON object.
  JsonFields fields() const;
  /// The fields of the query alone.
  JsonFields query_fields() const;
};

/// Sends a part of a streamed body. False once the client is gone: the stream is to end.
using SendPart = std::function<bool(std::string_view bytes)>;

struct Response {
  int status = 200;
  std::string type = {};  ///< the media type; empty: there is no body
  NamedTexts headers = {};
  std::string body = {};
  /// Writes a body whose length is not known in advance, in place of `body`. It is called on the connection's
  /// thread.
  std::function<void(const SendPart& send)> stream = {};

  static Response json(const nlohmann::ordered_json& json, int status = 200);
  static Response empty(int status = 204);
};

/// A text for a header: UTF-8 percent-encoded, so that it is ASCII without blanks or line ends.
std::string percent_encoded(std::string_view text);

}  // namespace fovea::studio
