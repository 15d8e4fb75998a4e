#pragma once

#include "studio/http/exchange.hpp"
#include "studio/http/server.hpp"

#include <httplib.h>

#include <functional>
#include <list>
#include <mutex>
#include <string>

namespace fovea::studio {

/// Where a server listens.
struct Place {
  int port = 0;
  std::string host;  ///< as in an address: "127.0.0.1", "[::1]"
  bool is_loopback = false;
  bool is_any = false;  ///< all addresses of the machine
};

/// cpp-httplib's server, which reads and writes by Connection and asks nothing but the studio's routes.
class HttpServer final : public httplib::Server {
public:
  /// `shared` must outlive the server; none of it is read before the first request.
  HttpServer(const ServerOptions& options, const ServerShared& shared);

  /// Listens from now on; `listen_after_bind` serves. InputError where the port is taken, or the address is
  /// none of this machine.
  Place bind();
  /// Serves the requests of one connected socket, which it takes over, until its end.
  void serve_socket(int socket);
  /// To be called from time to time: notices that clients have gone.
  void notice_ends();
  /// Ends all connections, and those that come from now on at once.
  void end_all();

private:
  bool process_and_close_socket(int socket) override;
  using TakeHead = std::function<void(httplib::Request& head)>;
  /// `process_request` of `server`, which is this one; versions 0.12 and later take addresses, too.
  template <class Http>
  static bool process(Http& server, Connection& connection, bool& is_closed, const TakeHead& take_head);
  void serve(Connection& connection);
  /// Ends a connection that waits for requests; false if none does.
  bool end_longest_idle();

  const ServerOptions options_;
  const ServerShared& shared_;
  std::mutex mutex_;  ///< guards what follows
  std::list<Connection*> connections_;
  bool is_ending_ = false;
};

}  // namespace fovea::studio
