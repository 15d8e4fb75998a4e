#include "studio/lane.hpp"

#include "studio/failure.hpp"

#include <fmt/format.h>

namespace fovea::studio {

Lane::Lane(std::string name, std::size_t threads, std::size_t most_waiting)
    : name_(std::move(name)), most_waiting_(most_waiting) {
  for (std::size_t i = 0; i < threads; ++i)
    threads_.emplace_back([this] { run(); });
}

Lane::~Lane() {
  stop();
}

void Lane::submit(std::function<void()> work) {
  {
    const std::lock_guard lock(mutex_);
    if (is_stopped_)
      throw busy("the studio is closing");
    if (queue_.size() >= most_waiting_)
      throw busy(fmt::format("{} {} wait already", queue_.size(), name_));
    queue_.push_back(std::move(work));
  }
  changed_.notify_one();
}

std::size_t Lane::waiting() const {
  const std::lock_guard lock(mutex_);
  return queue_.size();
}

void Lane::stop() {
  std::deque<std::function<void()>> dropped;  // destroyed without the lock, which their destructors may take
  {
    const std::lock_guard lock(mutex_);
    is_stopped_ = true;
    dropped.swap(queue_);
  }
  changed_.notify_all();
}

void Lane::run() {
  while (true) {
    std::function<void()> work;
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [&] { return is_stopped_ || !queue_.empty(); });
      if (is_stopped_)
        return;
      work = std::move(queue_.front());
      queue_.pop_front();
    }
    work();
  }
}

}  // namespace fovea::studio
