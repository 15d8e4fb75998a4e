#pragma once

#include "studio/http/limits.hpp"
#include "studio/http/socket.hpp"

#include <httplib.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

namespace fovea::studio {

/// One client's connection as cpp-httplib reads and writes it. What the library leaves open has limits here:
/// the size of a head, and the time of everything. Used by one thread, except where another is named.
class Connection final : public httplib::Stream {
public:
  /// Takes the connected socket over.
  Connection(int descriptor, const ConnectionLimits& limits) : socket_(descriptor), limits_(limits) {}

  /// Waits until a further request begins. False if the client is gone or idle for too long.
  bool wait_for_request();
  /// From now on what is read is the body of the request.
  void begin_body();
  /// From now on answers are written whose parts come one by one, each with a deadline of its own.
  void begin_stream() { phase_ = Phase::Stream; }
  /// Whether reading ended because the client was too slow.
  bool was_late() const { return was_late_; }
  /// Whether reading ended because the head has more than kMaxHeadBytes.
  bool is_head_too_large() const { return is_head_too_large_; }
  /// Whether anything of an answer has been written.
  bool has_answered() const { return is_answering_; }
  void close_gently() const { socket_.close_gently(); }

  /// Ends all reading and writing soon. On whatever thread.
  void end();
  bool is_ended() const { return is_ended_; }
  /// To be called from time to time while a request is worked on, on whatever thread: notices that the client
  /// has gone.
  void notice_end();
  /// Stopped once the client of the present request has gone.
  std::stop_token gone() const { return gone_.get_token(); }
  /// From when to when a request is worked on.
  void set_working(bool is_working) { is_working_ = is_working; }
  /// When it began to wait for a further request; none while it does not wait. On whatever thread.
  std::optional<Clock::time_point> idle_since() const;

  bool is_readable() const override { return !is_ended_; }
  bool is_writable() const override { return !is_ended_; }
  ssize_t read(char* bytes, std::size_t most) override;
  ssize_t write(const char* bytes, std::size_t count) override;
  void get_remote_ip_and_port(std::string&, int&) const override {}
  void get_local_ip_and_port(std::string&, int&) const override {}
  int socket() const override { return socket_.descriptor(); }

private:
  enum class Phase { Head, Body, Stream };

  /// The time by which so many bytes must have passed.
  Clock::time_point deadline_for(std::int64_t bytes) const;

  Socket socket_;
  const ConnectionLimits& limits_;
  std::string buffer_;    ///< received and not used yet
  std::size_t used_ = 0;  ///< bytes of the buffer's beginning that are used
  Phase phase_ = Phase::Head;
  Clock::time_point start_;  ///< of the phase, or of the answer
  std::int64_t passed_ = 0;  ///< bytes since then
  bool is_answering_ = false;
  bool was_late_ = false, is_head_too_large_ = false;
  std::stop_source gone_;
  std::atomic<bool> is_working_ = false;
  std::atomic<bool> is_ended_ = false;
  std::atomic<Clock::rep> idle_since_ = 0;  ///< 0: it is not idle
  std::mutex gone_mutex_;
};

}  // namespace fovea::studio
