#include "support/http_server.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <cstdlib>
#include <netinet/in.h>
#include <stdexcept>
#include <sys/socket.h>
#include <unistd.h>

namespace fovea::test {
namespace {

/// A socket bound to a free port of the loopback interface.
int bind_to_loopback(int& port) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof(address);
  if (socket < 0 || ::bind(socket, reinterpret_cast<sockaddr*>(&address), length) != 0 ||
      ::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &length) != 0)
    throw std::runtime_error("there is no loopback interface to listen on");
  port = ntohs(address.sin_port);
  return socket;
}

/// False when the other side has gone.
bool send_all(int connection, const char* bytes, std::size_t count) {
  while (count > 0) {
    const ssize_t sent = ::send(connection, bytes, count, MSG_NOSIGNAL);
    if (sent <= 0)
      return false;
    bytes += sent;
    count -= static_cast<std::size_t>(sent);
  }
  return true;
}

std::string read_head(int connection) {
  std::string head;
  char byte = 0;
  while (head.find("\r\n\r\n") == std::string::npos && ::recv(connection, &byte, 1, 0) == 1)
    head += byte;
  return head;
}

std::string header(const std::string& head, const std::string& name) {
  const std::size_t at = head.find("\r\n" + name + ": ");
  if (at == std::string::npos)
    return {};
  const std::size_t begin = at + name.size() + 4;
  return head.substr(begin, head.find("\r\n", begin) - begin);
}

}  // namespace

HttpServer::HttpServer() : listener_(bind_to_loopback(port_)) {
  if (::listen(listener_, 16) != 0)
    throw std::runtime_error("cannot listen");
  acceptor_ = std::thread([this] { accept_all(); });
}

HttpServer::~HttpServer() {
  go_on();
  ::shutdown(listener_, SHUT_RDWR);  // ends the wait for connections
  acceptor_.join();
  for (std::thread& worker : workers_)
    worker.join();
  ::close(listener_);
}

std::string HttpServer::url() const {
  return "http://127.0.0.1:" + std::to_string(port_);
}

void HttpServer::answer(const std::string& path, const HttpAnswer& answer) {
  const std::lock_guard<std::mutex> guard(mutex_);
  answers_[path] = answer;
}

void HttpServer::go_on() {
  const std::lock_guard<std::mutex> guard(mutex_);
  going_on_ = true;
  changed_.notify_all();
}

std::vector<HttpServer::Request> HttpServer::requests() const {
  const std::lock_guard<std::mutex> guard(mutex_);
  return requests_;
}

void HttpServer::accept_all() {
  while (true) {
    const int connection = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (connection < 0)
      return;
    workers_.emplace_back([this, connection] {
      serve(connection);
      ::close(connection);
    });
  }
}

void HttpServer::serve(int connection) {
  const std::string head = read_head(connection);
  const std::size_t begin = head.find(' ') + 1, end = head.find(' ', begin);
  if (begin == 0 || end == std::string::npos)
    return;
  const Request request{head.substr(begin, end - begin), header(head, "Range")};
  HttpAnswer answer;
  answer.status = 404;
  {
    const std::lock_guard<std::mutex> guard(mutex_);
    requests_.push_back(request);
    if (const auto at = answers_.find(request.path); at != answers_.end())
      answer = at->second;
  }
  std::size_t first = 0;
  if (answer.status == 200 && answer.takes_ranges && request.range.rfind("bytes=", 0) == 0) {
    first = std::min(static_cast<std::size_t>(std::atoll(request.range.c_str() + 6)), answer.body.size());
    answer.status = 206;
  }
  const std::string size = std::to_string(answer.body.size());
  std::string reply = "HTTP/1.1 " + std::to_string(answer.status) + " x\r\nConnection: close\r\n";
  if (answer.tells_length)
    reply += "Content-Length: " + std::to_string(answer.body.size() - first) + "\r\n";
  if (answer.status == 206)
    reply += "Content-Range: bytes " + std::to_string(first) + "-" + std::to_string(answer.body.size() - 1) +
             "/" + size + "\r\n";
  if (!answer.location.empty())
    reply += "Location: " + answer.location + "\r\n";
  reply += "\r\n";
  if (send_all(connection, reply.data(), reply.size()))
    send_body(connection, answer, first);
}

void HttpServer::send_body(int connection, const HttpAnswer& answer, std::size_t begin) {
  const std::size_t end = std::min(answer.cut_after, answer.body.size());
  const std::size_t pause = std::clamp(answer.pause_after, begin, std::max(begin, end));
  if (begin >= end || !send_all(connection, answer.body.data() + begin, pause - begin))
    return;
  if (answer.pause_after != std::string::npos) {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait(lock, [this] { return going_on_; });
  }
  send_all(connection, answer.body.data() + pause, end - pause);
}

int closed_port() {
  int port = 0;
  ::close(bind_to_loopback(port));
  return port;
}

}  // namespace fovea::test
