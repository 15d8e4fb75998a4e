#pragma once

#include "studio/failure.hpp"
#include "studio/http/connection.hpp"
#include "studio/http/guard.hpp"
#include "studio/routes.hpp"

#include <httplib.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace fovea::studio {

/// What all connections of a server share; none of it changes.
struct ServerShared {
  const Guard& guard;
  const Routes& routes;
  const ConnectionLimits& limits;
  /// Makes an empty file for the body of a request.
  std::function<std::shared_ptr<Upload>()> make_upload;
};

/// One request and its answer, between the types of cpp-httplib and those of the studio. Its functions are
/// called in the order in which they are declared.
class Exchange {
public:
  Exchange(const ServerShared& shared, Connection& connection) : shared_(shared), connection_(connection) {}

  /// Takes a head that has been parsed, and decides whether the request is let through.
  void take_head(httplib::Request& head);
  /// Answers the request, unless it has a body that is still to be read.
  bool answer_without_body(httplib::Response& response);
  /// Reads the body and answers the request.
  void answer_with_body(const httplib::ContentReader& read, httplib::Response& response);
  /// Gives a failure that cpp-httplib found itself the form of all failures.
  void describe_failure(httplib::Response& response);
  /// Why the head was not even read, if it is the client's fault.
  std::optional<RequestError> failure_of_head() const;
  /// Whether another request may follow on the connection.
  bool keeps_alive() const { return keeps_alive_; }

private:
  std::optional<Response> refusal_of(const httplib::Request& head);
  void read_body(const httplib::ContentReader& read);
  void give(Response answer, httplib::Response& response);

  const ServerShared& shared_;
  Connection& connection_;
  Request request_;
  std::optional<Response> refusal_;
  std::int64_t most_ = 0;  ///< bytes that the body may have
  bool has_body_ = false, keeps_alive_ = true;
  bool says_close_ = false;  ///< cpp-httplib knows that the connection is to be closed
};

/// The answer to a client whose request cannot even be parsed, or is not waited for, as bytes.
std::string message_of(const Response& response);

}  // namespace fovea::studio
