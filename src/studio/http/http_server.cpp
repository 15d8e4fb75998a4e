#include "studio/http/http_server.hpp"

#include "fovea/error.hpp"
#include "studio/failure.hpp"
#include "studio/http/connection_threads.hpp"

#include <fmt/format.h>

#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <optional>
#include <sys/socket.h>

namespace fovea::studio {
namespace {

constexpr int kBacklog = 256;

/// The exchange that this thread serves: cpp-httplib hands its handlers nothing of ours.
thread_local Exchange* present = nullptr;

[[noreturn]] void cannot_listen(const ServerOptions& options, const std::string& why) {
  throw InputError(fmt::format("cannot listen on {}, port {}: {}", options.address, options.port, why));
}

Place place_of(int listener) {
  sockaddr_storage bound = {};
  socklen_t size = sizeof bound;
  Place place;
  std::array<char, INET6_ADDRSTRLEN> text = {};
  if (::getsockname(listener, reinterpret_cast<sockaddr*>(&bound), &size) != 0)
    throw InternalError(fmt::format("getsockname: {}", std::strerror(errno)));
  if (bound.ss_family == AF_INET) {
    const auto& four = reinterpret_cast<const sockaddr_in&>(bound);
    ::inet_ntop(AF_INET, &four.sin_addr, text.data(), text.size());
    place.host = text.data();
    place.port = ntohs(four.sin_port);
    place.is_loopback = ntohl(four.sin_addr.s_addr) >> 24 == 127;
    place.is_any = four.sin_addr.s_addr == INADDR_ANY;
  } else {
    const auto& six = reinterpret_cast<const sockaddr_in6&>(bound);
    ::inet_ntop(AF_INET6, &six.sin6_addr, text.data(), text.size());
    place.host = fmt::format("[{}]", text.data());
    place.port = ntohs(six.sin6_port);
    place.is_loopback = IN6_IS_ADDR_LOOPBACK(&six.sin6_addr);
    place.is_any = IN6_IS_ADDR_UNSPECIFIED(&six.sin6_addr);
  }
  return place;
}

/// InputError unless the address is a name or an address that can be resolved.
void check_address(const ServerOptions& options) {
  addrinfo hints = {};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE;
  addrinfo* found = nullptr;
  const std::string port = std::to_string(options.port);
  if (const int error = ::getaddrinfo(options.address.c_str(), port.c_str(), &hints, &found); error != 0)
    cannot_listen(options, ::gai_strerror(error));
  ::freeaddrinfo(found);
}

void refuse(Connection& connection, const RequestError& failure) {
  const std::string refusal = message_of(failure_response(std::make_exception_ptr(failure)));
  connection.write(refusal.data(), refusal.size());
}

}  // namespace

HttpServer::HttpServer(const ServerOptions& options, const ServerShared& shared)
    : options_(options), shared_(shared) {
  // cpp-httplib's own choice, SO_REUSEPORT, would let two programs listen on one port.
  set_socket_options([](int socket) {
    const int yes = 1;
    ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    ::fcntl(socket, F_SETFD, FD_CLOEXEC);
  });
  set_pre_routing_handler([](const httplib::Request&, httplib::Response& response) {
    return present->answer_without_body(response) ? HandlerResponse::Handled : HandlerResponse::Unhandled;
  });
  const auto with_body = [](const httplib::Request&, httplib::Response& response,
                            const httplib::ContentReader& read) {
    present->answer_with_body(read, response);
  };
  Post(".*", with_body).Put(".*", with_body).Patch(".*", with_body).Delete(".*", with_body);
  set_error_handler(HandlerWithResponse([](const httplib::Request&, httplib::Response& response) {
    present->describe_failure(response);
    return HandlerResponse::Handled;
  }));
  new_task_queue = [this] {
    return new ConnectionThreads(options_.connections, [this] { return end_longest_idle(); });
  };
}

Place HttpServer::bind() {
  check_address(options_);
  errno = 0;
  const bool is_bound = options_.port == 0 ? bind_to_any_port(options_.address) > 0
                                           : bind_to_port(options_.address, options_.port);
  if (!is_bound)
    cannot_listen(options_, errno == EADDRINUSE ? "another program listens there (--port 0 takes a free port)"
                            : errno == EADDRNOTAVAIL ? "this machine does not have that address"
                                                     : std::strerror(errno));
  ::listen(svr_sock_, kBacklog);  // cpp-httplib lets no more than 5 wait
  return place_of(svr_sock_);
}

void HttpServer::notice_ends() {
  const std::lock_guard lock(mutex_);
  for (Connection* connection : connections_)
    connection->notice_end();
}

void HttpServer::end_all() {
  const std::lock_guard lock(mutex_);
  is_ending_ = true;
  for (Connection* connection : connections_)
    connection->end();
}

bool HttpServer::process_and_close_socket(int socket) {
  if (ConnectionThreads::is_refusing()) {
    Connection connection(socket, options_.limits);
    refuse(connection, busy(fmt::format("{} connections are open", options_.connections)));
    return false;
  }
  const int yes = 1;
  ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  serve_socket(socket);
  return true;
}

void HttpServer::serve_socket(int socket) {
  Connection connection(socket, options_.limits);
  std::list<Connection*>::iterator place;
  {
    const std::lock_guard lock(mutex_);
    if (is_ending_)
      return;
    place = connections_.insert(connections_.end(), &connection);
  }
  try {
    serve(connection);
  } catch (const std::exception&) {  // no memory even for a refusal
  }
  const std::lock_guard lock(mutex_);
  connections_.erase(place);
}

template <class Http>
bool HttpServer::process(Http& server, Connection& connection, bool& is_closed, const TakeHead& take_head) {
  if constexpr (requires { server.process_request(connection, false, is_closed, take_head); })
    return server.process_request(connection, false, is_closed, take_head);
  else
    return server.process_request(connection, "", 0, "", 0, false, is_closed, take_head);
}

void HttpServer::serve(Connection& connection) {
  bool goes_on = true;
  while (goes_on && connection.wait_for_request()) {
    Exchange exchange(shared_, connection);
    present = &exchange;
    bool is_closed = false;
    const TakeHead take_head = [&](httplib::Request& head) { exchange.take_head(head); };
    const bool is_answered = process(*this, connection, is_closed, take_head);
    present = nullptr;
    connection.set_working(false);
    if (!is_answered && !connection.has_answered())
      if (const auto failure = exchange.failure_of_head())
        refuse(connection, *failure);
    goes_on = is_answered && exchange.keeps_alive() && !connection.is_ended();
  }
  if (!connection.is_ended())
    connection.close_gently();
}

bool HttpServer::end_longest_idle() {
  const std::lock_guard lock(mutex_);
  Connection* longest = nullptr;
  std::optional<Clock::time_point> since;
  for (Connection* connection : connections_)
    if (const auto idle = connection->idle_since(); idle && (!since || *idle < *since)) {
      longest = connection;
      since = idle;
    }
  if (longest)
    longest->end();
  return longest != nullptr;
}

}  // namespace fovea::studio
