#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace fovea::studio {

/// Threads that take work from one queue, in its order.
class Lane {
public:
  /// `name` is for messages: "maps". At most `most_waiting` pieces of work wait.
  Lane(std::string name, std::size_t threads, std::size_t most_waiting);
  /// Waits for the work that has begun; what waits is dropped.
  ~Lane();
  Lane(const Lane&) = delete;
  Lane& operator=(const Lane&) = delete;

  /// Queues work, which must not throw. RequestError (503) where the queue is full or the lane is stopped.
  void submit(std::function<void()> work);
  /// Number of pieces of work that wait.
  std::size_t waiting() const;
  /// Drops what waits and takes no more. Does not wait for what runs.
  void stop();

private:
  void run();

  const std::string name_;
  const std::size_t most_waiting_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> queue_;
  bool is_stopped_ = false;
  std::vector<std::jthread> threads_;  ///< the last member: they use all others
};

}  // namespace fovea::studio
