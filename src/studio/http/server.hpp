#pragma once

#include "studio/http/limits.hpp"
#include "studio/routes.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

namespace fovea::studio {

struct ServerOptions {
  std::string address = "127.0.0.1";  ///< a name or an address of this machine
  int port = 0;                       ///< 0: any that is free
  std::size_t connections = 256;      ///< at the same time, with a thread each
  std::string token = {};             ///< empty: a random one
  ConnectionLimits limits = {};
};

/// Serves routes by HTTP/1.1, by cpp-httplib. When there are too many connections, the one that has been idle
/// for the longest time is closed; where none is idle, new ones are refused with 503.
class Server {
public:
  /// Listens, and serves from now on. InputError, with the address, where it is none of this machine, or the
  /// port is taken. `routes` and what `make_upload` uses must outlive the server.
  Server(const Routes& routes, std::function<std::shared_ptr<Upload>()> make_upload,
         const ServerOptions& options);
  /// Ends all connections.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  int port() const;
  /// The address that opens the page: "http://127.0.0.1:40123/?token=...".
  std::string url() const;
  /// The address that opens the page from another machine, where it listens on all addresses of this one:
  /// with the first that others know, else the machine's name. Empty where `url` is the only one.
  std::string url_elsewhere() const;
  /// Whether other machines may reach it.
  bool is_public() const;
  /// Ends all connections, and waits for their threads.
  void stop();

private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace fovea::studio
