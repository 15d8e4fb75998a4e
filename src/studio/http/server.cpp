#include "studio/http/server.hpp"

#include "fovea/error.hpp"
#include "studio/failure.hpp"

#include <fmt/format.h>

#include <arpa/inet.h>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <list>
#include <mutex>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <system_error>
#include <thread>
#include <unistd.h>

namespace fovea::studio {
namespace {

using namespace std::chrono_literals;

/// How often the server looks for connections that have ended.
constexpr auto kTick = 50ms;

struct Listener {
  int descriptor = -1;
  int port = 0;
  std::string host;  ///< as in an address: "127.0.0.1", "[::1]"
  bool is_loopback = false;
  bool is_any = false;  ///< all addresses of the machine
};

[[noreturn]] void cannot_listen(const ServerOptions& options, const std::string& why) {
  throw InputError(fmt::format("cannot listen on {}, port {}: {}", options.address, options.port, why));
}

void describe(const sockaddr_storage& bound, Listener& listener) {
  std::array<char, INET6_ADDRSTRLEN> text = {};
  if (bound.ss_family == AF_INET) {
    const auto& four = reinterpret_cast<const sockaddr_in&>(bound);
    ::inet_ntop(AF_INET, &four.sin_addr, text.data(), text.size());
    listener.host = text.data();
    listener.port = ntohs(four.sin_port);
    listener.is_loopback = ntohl(four.sin_addr.s_addr) >> 24 == 127;
    listener.is_any = four.sin_addr.s_addr == INADDR_ANY;
  } else {
    const auto& six = reinterpret_cast<const sockaddr_in6&>(bound);
    ::inet_ntop(AF_INET6, &six.sin6_addr, text.data(), text.size());
    listener.host = fmt::format("[{}]", text.data());
    listener.port = ntohs(six.sin6_port);
    listener.is_loopback = IN6_IS_ADDR_LOOPBACK(&six.sin6_addr);
    listener.is_any = IN6_IS_ADDR_UNSPECIFIED(&six.sin6_addr);
  }
}

Listener listen_on(const ServerOptions& options) {
  addrinfo hints = {};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE;
  addrinfo* found = nullptr;
  const std::string port = std::to_string(options.port);
  if (const int error = ::getaddrinfo(options.address.c_str(), port.c_str(), &hints, &found); error != 0)
    cannot_listen(options, ::gai_strerror(error));
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> list(found, ::freeaddrinfo);
  Listener listener;
  listener.descriptor = ::socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (listener.descriptor < 0)
    cannot_listen(options, std::strerror(errno));
  const int yes = 1;
  ::setsockopt(listener.descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  constexpr int backlog = 256;
  sockaddr_storage bound = {};
  socklen_t size = sizeof bound;
  if (::bind(listener.descriptor, found->ai_addr, found->ai_addrlen) != 0 ||
      ::listen(listener.descriptor, backlog) != 0 ||
      ::getsockname(listener.descriptor, reinterpret_cast<sockaddr*>(&bound), &size) != 0) {
    const int error = errno;
    ::close(listener.descriptor);
    cannot_listen(options, error == EADDRINUSE ? "another program listens there (--port 0 takes a free port)"
                           : error == EADDRNOTAVAIL ? "this machine does not have that address"
                                                    : std::strerror(error));
  }
  describe(bound, listener);
  return listener;
}

/// The names by which clients may call the server.
std::vector<std::string> hosts_of(const Listener& listener, const std::string& address) {
  std::vector<std::string> hosts = {listener.host, address};
  if (listener.is_loopback || listener.is_any)
    hosts.insert(hosts.end(), {"localhost", "127.0.0.1", "[::1]"});
  std::array<char, 256> name = {};
  if (!listener.is_loopback && ::gethostname(name.data(), name.size() - 1) == 0)
    hosts.emplace_back(name.data());
  return hosts;
}

}  // namespace

struct Server::State {
  State(const Routes& routes, std::function<std::shared_ptr<Upload>()> make_upload,
        const ServerOptions& given)
      : options(given), listener(listen_on(given)),
        guard(given.token.empty() ? make_token() : given.token, hosts_of(listener, given.address),
              listener.port, !listener.is_loopback),
        shared{guard, routes, given.limits, std::move(make_upload)} {}
  ~State() { ::close(listener.descriptor); }

  struct Client {
    std::unique_ptr<Connection> connection;
    std::atomic<bool> has_ended = false;
    std::thread thread;
  };

  void run(const std::stop_token& stop);
  void accept_all();
  void add(int descriptor);
  void refuse(int descriptor) const;
  void remove_ended();
  bool end_longest_idle();
  void end_all();

  const ServerOptions options;
  const Listener listener;
  const Guard guard;
  const ConnectionShared shared;
  std::list<Client> clients;  ///< used by the acceptor's thread alone
  std::jthread acceptor;
};

void Server::State::run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    pollfd one = {listener.descriptor, POLLIN, 0};
    ::poll(&one, 1, static_cast<int>(kTick.count()));
    if (one.revents != 0)
      accept_all();
    for (Client& client : clients)
      client.connection->notice_end();
    remove_ended();
  }
  end_all();
}

void Server::State::accept_all() {
  while (true) {
    const int descriptor = ::accept4(listener.descriptor, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (descriptor < 0) {
      if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)
        std::this_thread::sleep_for(kTick);  // until something is closed
      return;
    }
    remove_ended();
    if (clients.size() < options.connections) {
      add(descriptor);
    } else if (end_longest_idle()) {
      std::this_thread::sleep_for(1ms);
      remove_ended();
      add(descriptor);
    } else {
      refuse(descriptor);
    }
  }
}

void Server::State::add(int descriptor) {
  const int yes = 1;
  ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  Client& client = clients.emplace_back();
  client.connection = std::make_unique<Connection>(descriptor, shared);
  try {
    client.thread = std::thread([&client] {
      client.connection->serve();
      client.has_ended = true;
    });
  } catch (const std::system_error&) {  // no further thread
    clients.pop_back();
  }
}

void Server::State::refuse(int descriptor) const {
  const Socket socket(descriptor);
  const Response response =
      failure_response(std::make_exception_ptr(busy(fmt::format("{} connections are open", clients.size()))),
                       [](std::string text) { return text; });
  socket.write(response_head(response, false, false) + response.body, Clock::now());
}

void Server::State::remove_ended() {
  clients.remove_if([](Client& client) {
    if (!client.has_ended)
      return false;
    client.thread.join();
    return true;
  });
}

bool Server::State::end_longest_idle() {
  Client* longest = nullptr;
  std::optional<Clock::time_point> since;
  for (Client& client : clients)
    if (const auto idle = client.connection->idle_since(); idle && (!since || *idle < *since)) {
      longest = &client;
      since = idle;
    }
  if (!longest)
    return false;
  longest->connection->end();
  return true;
}

void Server::State::end_all() {
  for (Client& client : clients)
    client.connection->end();
  for (Client& client : clients)
    client.thread.join();
  clients.clear();
}

Server::Server(const Routes& routes, std::function<std::shared_ptr<Upload>()> make_upload,
               const ServerOptions& options)
    : state_(std::make_unique<State>(routes, std::move(make_upload), options)) {
  state_->acceptor = std::jthread([state = state_.get()](const std::stop_token& stop) { state->run(stop); });
}

Server::~Server() {
  stop();
}

void Server::stop() {
  state_->acceptor.request_stop();
  if (state_->acceptor.joinable())
    state_->acceptor.join();
}

int Server::port() const {
  return state_->listener.port;
}

std::string Server::url() const {
  const std::string host = state_->listener.is_any ? "localhost" : state_->listener.host;
  return fmt::format("http://{}:{}{}", host, port(), state_->guard.opening());
}

bool Server::is_public() const {
  return !state_->listener.is_loopback;
}

}  // namespace fovea::studio
