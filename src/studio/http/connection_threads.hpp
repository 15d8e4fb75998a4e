#pragma once

#include <httplib.h>

#include <atomic>
#include <cstddef>
#include <functional>
#include <list>
#include <mutex>
#include <thread>
#include <utility>

namespace fovea::studio {

/// Serves each of cpp-httplib's connections on a thread of its own, at most so many at the same time.
class ConnectionThreads final : public httplib::TaskQueue {
  /// Nothing, or, in later versions of cpp-httplib, whether the connection is served.
  using Enqueued = decltype(std::declval<httplib::TaskQueue&>().enqueue(std::function<void()>()));

public:
  /// `make_room` ends a connection that can be spared; false if there is none.
  ConnectionThreads(std::size_t most, std::function<bool()> make_room)
      : most_(most), make_room_(std::move(make_room)) {}

  /// `serve` is run on a thread, or at once, with `is_refusing`, where there are too many.
  Enqueued enqueue(std::function<void()> serve) override;
  /// Waits for all threads.
  void shutdown() override;

  /// Whether the connection that this thread serves is one too many.
  static bool is_refusing();

private:
  struct Running {
    std::atomic<bool> has_ended = false;
    std::thread thread;
  };
  bool start(const std::function<void()>& serve);
  void remove_ended();

  const std::size_t most_;
  const std::function<bool()> make_room_;
  std::list<Running> running_;  ///< used by the listening thread alone
};

}  // namespace fovea::studio
