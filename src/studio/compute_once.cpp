#include "studio/compute_once.hpp"

#include "fovea/error.hpp"

#include <algorithm>
#include <chrono>
#include <optional>

namespace fovea::studio {

/// A computation that is queued, runs or has ended. All members but `stop` are guarded by the mutex.
struct ComputeOnce::Flight {
  std::string key;
  Make<void> make;
  std::stop_source stop;
  std::size_t askers = 0;
  enum class State { Queued, Running, Ended } state = State::Queued;
  Sized<void> made = {};
  double seconds = 0;
  std::exception_ptr failure = {};
};

namespace {

bool has_part(std::string_view key, std::string_view part) {
  for (std::size_t begin = 0; begin <= key.size();) {
    const std::size_t end = std::min(key.find('|', begin), key.size());
    if (key.substr(begin, end - begin) == part)
      return true;
    begin = end + 1;
  }
  return false;
}

}  // namespace

std::shared_ptr<const void> ComputeOnce::find_locked(const std::string& key) {
  const auto at = entries_.find(key);
  if (at == entries_.end())
    return {};
  recent_.splice(recent_.begin(), recent_, at->second);
  return at->second->sized.value;
}

std::shared_ptr<const void> ComputeOnce::find_any(const std::string& key) {
  const std::lock_guard lock(mutex_);
  return find_locked(key);
}

Found<void> ComputeOnce::get_any(const std::string& key, const Asker& asker, Make<void> make) {
  std::shared_ptr<Flight> flight;
  bool is_new = false, runs_here = false;
  {
    const std::lock_guard lock(mutex_);
    if (auto kept = find_locked(key))
      return {std::move(kept), 0};
    std::shared_ptr<Flight>& current = flights_[key];
    if (!current || current->stop.stop_requested()) {  // a cancelled one ends without a value
      current = std::make_shared<Flight>();
      current->key = key;
      current->make = std::move(make);
      is_new = true;
    }
    flight = current;
    ++flight->askers;
    // Work that runs in a lane must not wait for what is queued behind it.
    runs_here = asker.lane == nullptr && flight->state == Flight::State::Queued;
    if (runs_here)
      flight->state = Flight::State::Running;
  }
  // The callback may be called at once, and by whatever thread sees that the asker is gone.
  const std::stop_callback when_gone(asker.gone, [&] { leave(flight); });
  if (runs_here) {
    run(flight);
  } else if (is_new) {
    try {
      asker.lane->submit([this, flight] {
        {
          const std::lock_guard lock(mutex_);
          if (flight->state != Flight::State::Queued)
            return;
          flight->state = Flight::State::Running;
        }
        run(flight);
      });
    } catch (...) {  // for those who have joined meanwhile, too
      const std::lock_guard lock(mutex_);
      flight->failure = std::current_exception();
      flight->state = Flight::State::Ended;
      flights_.erase(key);
      finished_.notify_all();
    }
  }
  return wait_for(flight, asker.gone);
}

std::size_t ComputeOnce::askers(const std::string& key) const {
  const std::lock_guard lock(mutex_);
  const auto at = flights_.find(key);
  return at == flights_.end() ? 0 : at->second->askers;
}

void ComputeOnce::leave(const std::shared_ptr<Flight>& flight) {
  bool is_last = false;
  {
    const std::lock_guard lock(mutex_);
    is_last = --flight->askers == 0;
  }
  // Without the lock: the computation may itself have asked for others, which it leaves now.
  if (is_last)
    flight->stop.request_stop();
}

void ComputeOnce::run(const std::shared_ptr<Flight>& flight) {
  Sized<void> made;
  std::exception_ptr failure;
  const auto start = std::chrono::steady_clock::now();
  try {
    if (flight->stop.stop_requested())
      throw Cancelled();
    made = flight->make(flight->stop.get_token());
  } catch (...) {
    failure = std::current_exception();
  }
  const std::chrono::duration<double> duration = std::chrono::steady_clock::now() - start;
  Make<void> done;  // destroyed without the lock
  {
    const std::lock_guard lock(mutex_);
    flight->state = Flight::State::Ended;
    flight->made = made;
    flight->failure = failure;
    flight->seconds = duration.count();
    done.swap(flight->make);
    if (!failure)
      keep(flight->key, made);
    if (const auto at = flights_.find(flight->key); at != flights_.end() && at->second == flight)
      flights_.erase(at);
  }
  finished_.notify_all();
}

Found<void> ComputeOnce::wait_for(const std::shared_ptr<Flight>& flight, const std::stop_token& gone) {
  std::unique_lock lock(mutex_);
  const auto has_ended = [&] { return flight->state == Flight::State::Ended; };
  if (!finished_.wait(lock, gone, has_ended))
    throw Cancelled();
  if (flight->failure)
    std::rethrow_exception(flight->failure);
  return {flight->made.value, flight->seconds};
}

void ComputeOnce::keep(const std::string& key, const Sized<void>& sized) {
  if (sized.bytes > budget_ || entries_.contains(key))
    return;
  recent_.push_front({key, sized});
  entries_[key] = recent_.begin();
  bytes_ += sized.bytes;
  while (bytes_ > budget_) {
    const Entry& oldest = recent_.back();
    bytes_ -= oldest.sized.bytes;
    entries_.erase(oldest.key);
    recent_.pop_back();
  }
}

void ComputeOnce::put_any(const std::string& key, const Sized<void>& sized) {
  const std::lock_guard lock(mutex_);
  if (const auto at = entries_.find(key); at != entries_.end()) {
    bytes_ -= at->second->sized.bytes;
    recent_.erase(at->second);
    entries_.erase(at);
  }
  keep(key, sized);
}

void ComputeOnce::forget(std::string_view part) {
  const std::lock_guard lock(mutex_);
  std::erase_if(recent_, [&](const Entry& entry) {
    if (!has_part(entry.key, part))
      return false;
    bytes_ -= entry.sized.bytes;
    entries_.erase(entry.key);
    return true;
  });
}

std::size_t ComputeOnce::bytes() const {
  const std::lock_guard lock(mutex_);
  return bytes_;
}

}  // namespace fovea::studio
