#include "studio/http/connection_threads.hpp"

#include <chrono>
#include <system_error>

namespace fovea::studio {
namespace {

using namespace std::chrono_literals;

thread_local bool refuses = false;

}  // namespace

bool ConnectionThreads::is_refusing() {
  return refuses;
}

ConnectionThreads::Enqueued ConnectionThreads::enqueue(std::function<void()> serve) {
  remove_ended();
  if (running_.size() >= most_ && make_room_())
    for (int tries = 0; tries < 100 && running_.size() >= most_; ++tries) {
      std::this_thread::sleep_for(1ms);
      remove_ended();
    }
  if (running_.size() >= most_ || !start(serve)) {
    refuses = true;
    serve();
    refuses = false;
  }
  return static_cast<Enqueued>(true);
}

bool ConnectionThreads::start(const std::function<void()>& serve) {
  Running& running = running_.emplace_back();
  try {
    running.thread = std::thread([&running, serve] {
      serve();
      running.has_ended = true;
    });
    return true;
  } catch (const std::system_error&) {  // no further thread
    running_.pop_back();
    return false;
  }
}

void ConnectionThreads::remove_ended() {
  running_.remove_if([](Running& running) {
    if (!running.has_ended)
      return false;
    running.thread.join();
    return true;
  });
}

void ConnectionThreads::shutdown() {
  for (Running& running : running_)
    running.thread.join();
  running_.clear();
}

}  // namespace fovea::studio
