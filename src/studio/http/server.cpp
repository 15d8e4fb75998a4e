#include "studio/http/server.hpp"

#include "studio/http/http_server.hpp"

#include <fmt/format.h>

#include <arpa/inet.h>
#include <array>
#include <chrono>
#include <ifaddrs.h>
#include <net/if.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace fovea::studio {
namespace {

using namespace std::chrono_literals;

/// How often the server looks for clients that have gone.
constexpr auto kTick = 50ms;

/// The names by which clients may call the server.
std::vector<std::string> hosts_of(const Place& place, const std::string& address) {
  std::vector<std::string> hosts = {place.host, address};
  if (place.is_loopback || place.is_any)
    hosts.insert(hosts.end(), {"localhost", "127.0.0.1", "[::1]"});
  std::array<char, 256> name = {};
  if (!place.is_loopback && ::gethostname(name.data(), name.size() - 1) == 0)
    hosts.emplace_back(name.data());
  return hosts;
}

/// The machine's first address that is not its own loopback; else its name.
std::string name_elsewhere() {
  std::string found;
  ifaddrs* all = nullptr;
  if (::getifaddrs(&all) == 0) {
    for (const ifaddrs* one = all; one != nullptr && found.empty(); one = one->ifa_next) {
      // An address of IPv4 works with both kinds; those of IPv6 that hold for one link need its name besides.
      if (one->ifa_addr == nullptr || one->ifa_addr->sa_family != AF_INET || (one->ifa_flags & IFF_UP) == 0 ||
          (one->ifa_flags & IFF_LOOPBACK) != 0)
        continue;
      std::array<char, INET_ADDRSTRLEN> text = {};
      const auto& four = reinterpret_cast<const sockaddr_in&>(*one->ifa_addr);
      if (::inet_ntop(AF_INET, &four.sin_addr, text.data(), text.size()) != nullptr)
        found = text.data();
    }
    ::freeifaddrs(all);
  }
  std::array<char, 256> name = {};
  if (found.empty() && ::gethostname(name.data(), name.size() - 1) == 0)
    found = name.data();
  return found;
}

}  // namespace

struct Server::State {
  State(const Routes& routes, std::function<std::shared_ptr<Upload>()> make_upload,
        const ServerOptions& given)
      : options(given), http(options, shared), place(http.bind()),
        guard(options.token.empty() ? make_token() : options.token, hosts_of(place, options.address),
              place.port, !place.is_loopback),
        shared{guard, routes, options.limits, std::move(make_upload)} {
    listener = std::thread([this] { http.listen_after_bind(); });
    watcher = std::jthread([this](const std::stop_token& stop) {
      while (!stop.stop_requested()) {
        std::this_thread::sleep_for(kTick);
        http.notice_ends();
      }
    });
    while (!http.is_running())
      std::this_thread::sleep_for(1ms);
  }

  void stop() {
    if (!listener.joinable())
      return;
    watcher.request_stop();
    http.stop();
    http.end_all();
    listener.join();
  }

  const ServerOptions options;
  HttpServer http;
  const Place place;
  const Guard guard;
  const ServerShared shared;
  std::thread listener;
  std::jthread watcher;
};

Server::Server(const Routes& routes, std::function<std::shared_ptr<Upload>()> make_upload,
               const ServerOptions& options)
    : state_(std::make_unique<State>(routes, std::move(make_upload), options)) {}

Server::~Server() {
  stop();
}

void Server::stop() {
  state_->stop();
}

int Server::port() const {
  return state_->place.port;
}

std::string Server::url() const {
  const std::string host = state_->place.is_any ? "localhost" : state_->place.host;
  return fmt::format("http://{}:{}{}", host, port(), state_->guard.opening());
}

std::string Server::url_elsewhere() const {
  const std::string name = state_->place.is_any ? name_elsewhere() : "";
  return name.empty() ? "" : fmt::format("http://{}:{}{}", name, port(), state_->guard.opening());
}

bool Server::is_public() const {
  return !state_->place.is_loopback;
}

}  // namespace fovea::studio
