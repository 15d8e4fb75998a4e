#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

namespace fovea::studio {

using Clock = std::chrono::steady_clock;

/// A connected socket, closed at the end of its life. Every operation has a deadline.
class Socket {
public:
  explicit Socket(int descriptor) : descriptor_(descriptor) {}
  ~Socket();
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;

  int descriptor() const { return descriptor_; }

  enum class Status { Done, Late, Closed };
  /// Appends what has arrived, at most `most` bytes, once something has.
  Status read(std::string& buffer, std::size_t most, Clock::time_point deadline) const;
  /// Sends all bytes.
  Status write(std::string_view bytes, Clock::time_point deadline) const;
  /// Tells the peer that nothing more comes, and waits until it has closed its side, for a moment at most:
  /// what was sent might be lost if the socket were closed while something unread lies in it.
  void close_gently() const;
  /// Ends all reading and writing, on whatever thread.
  void shut_down() const;

private:
  const int descriptor_;
};

}  // namespace fovea::studio
