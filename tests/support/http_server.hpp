#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace fovea::test {

/// The answer to requests for a path.
struct HttpAnswer {
  std::string body = {};
  int status = 200;
  std::string location = {};                    ///< of a redirect
  bool takes_ranges = true;                     ///< otherwise a Range is ignored and all of the body sent
  bool tells_length = true;                     ///< otherwise the body ends where the connection does
  std::size_t cut_after = std::string::npos;    ///< bytes of the body, then the connection is closed
  std::size_t pause_after = std::string::npos;  ///< bytes of the body, then nothing comes until `go_on`
};

/// An HTTP server on a port of its own of the loopback interface, with a thread for each connection.
class HttpServer {
public:
  HttpServer();
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  /// "http://127.0.0.1:40123"
  std::string url() const;
  /// `path` begins with '/'. Paths without an answer are answered 404.
  void answer(const std::string& path, const HttpAnswer& answer);
  /// Lets all answers that pause go on, and those to come not pause.
  void go_on();

  struct Request {
    std::string path;
    std::string range;  ///< the header's value, or empty
  };
  std::vector<Request> requests() const;

private:
  void accept_all();
  void serve(int connection);
  void send_body(int connection, const HttpAnswer& answer, std::size_t begin);

  int port_ = 0;  // before the listener, whose making sets it
  int listener_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool going_on_ = false;
  std::map<std::string, HttpAnswer> answers_;
  std::vector<Request> requests_;
  std::vector<std::thread> workers_;
  std::thread acceptor_;
};

/// A port of the loopback interface that nothing listens on.
int closed_port();

}  // namespace fovea::test
