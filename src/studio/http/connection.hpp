#pragma once

#include "studio/http/guard.hpp"
#include "studio/http/message.hpp"
#include "studio/http/socket.hpp"
#include "studio/routes.hpp"

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>

namespace fovea::studio {

/// How long clients may take, and how much they may send.
struct ConnectionLimits {
  std::chrono::milliseconds idle{30'000};  ///< until a further request begins
  std::chrono::milliseconds head{10'000};  ///< until the head of a request is there
  /// A body, in either direction, may take this long, and longer in proportion to its bytes.
  std::chrono::milliseconds body{10'000};
  std::int64_t slowest = 16 << 10;  ///< bytes of a body in a second
  std::int64_t max_upload = std::int64_t{1} << 30;
};

/// What all connections of a server share; none of it changes.
struct ConnectionShared {
  const Guard& guard;
  const Routes& routes;
  ConnectionLimits limits;
  /// Makes an empty file for the body of a request.
  std::function<std::shared_ptr<Upload>()> make_upload;
};

/// One client's connection: reads requests and answers them, one after another, on one thread.
class Connection {
public:
  Connection(int descriptor, const ConnectionShared& shared) : socket_(descriptor), shared_(shared) {}

  /// Serves requests until the client is gone, is too slow or sends something malformed.
  void serve();
  /// Ends `serve` soon, on whatever thread.
  void end();
  /// To be called from time to time: notices that the client has gone while its request is worked on.
  void notice_end();
  /// When it began to wait for a further request; none while it does not wait.
  std::optional<Clock::time_point> idle_since() const;

private:
  enum class Next { Request, End };

  Next serve_request();
  bool read_head(std::string& head);
  void read_body(RequestHead& head);
  void read_known(std::int64_t length, const std::function<void(std::string_view)>& take);
  void read_chunks(std::int64_t most, const std::function<void(std::string_view)>& take);
  std::string read_line(Clock::time_point deadline);
  /// Makes sure that something unread is in the buffer. RequestError (408) if it is late, Cancelled if the
  /// client is gone.
  void need_bytes(Clock::time_point deadline);
  /// The time by which so many bytes must have passed.
  Clock::time_point deadline_for(Clock::time_point start, std::int64_t bytes) const;
  Response respond(RequestHead& head, bool& is_read);
  bool send(const Response& response, bool is_head_only, bool keeps_alive);
  bool send_stream(const Response& response);

  Socket socket_;
  const ConnectionShared& shared_;
  std::string buffer_;     ///< received and not used yet
  std::stop_source gone_;  ///< of the request that is worked on
  std::atomic<bool> is_working_ = false;
  std::atomic<bool> is_ended_ = false;
  std::atomic<Clock::rep> idle_since_ = 0;  ///< 0: it is not idle
  std::mutex gone_mutex_;
};

}  // namespace fovea::studio
