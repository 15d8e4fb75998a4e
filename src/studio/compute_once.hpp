#pragma once

#include "studio/lane.hpp"

#include <condition_variable>
#include <cstddef>
#include <exception>
#include <functional>
#include <limits>
#include <list>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace fovea::studio {

/// For Sized::bytes: the value goes to those who have asked for it and is not kept.
inline constexpr std::size_t kNotKept = std::numeric_limits<std::size_t>::max();

/// A value with the memory that it takes, in bytes.
template <class T>
struct Sized {
  std::shared_ptr<const T> value;
  std::size_t bytes = 0;
};

/// A value and how long its computation took; 0 if it was kept.
template <class T>
struct Found {
  std::shared_ptr<const T> value;
  double seconds = 0;
};

/// Who asks for a value.
struct Asker {
  /// Where the value is computed; nullptr: on the asker's own thread, as work that runs in a lane already
  /// does.
  Lane* lane = nullptr;
  /// Stopped once nobody waits for the asker's answer any more.
  std::stop_token gone = {};
};

/// Values by everything that they depend on. Each is computed once, however many ask for it at the same time,
/// and kept; beyond a budget of memory the least recently used go first. Thread-safe.
///
/// A key consists of parts with '|' between them; the first says what kind of value it is. A computation may
/// ask for others on its own thread, but not for itself. It is cancelled when all who asked for it are gone,
/// and is not begun then. A failure goes to all who wait for it, and is not kept.
class ComputeOnce {
public:
  explicit ComputeOnce(std::size_t budget) : budget_(budget) {}

  /// Computes the value, with a token that is stopped when nobody wants it any more.
  template <class T>
  using Make = std::function<Sized<T>(std::stop_token stop)>;

  /// The value; all keys of one kind have one T. Cancelled if the asker goes away; the errors of `make`;
  /// RequestError (503) if the lane's queue is full.
  template <class T>
  Found<T> get(const std::string& key, const Asker& asker, Make<T> make) {
    const Found<void> found = get_any(key, asker, [make = std::move(make)](std::stop_token stop) {
      Sized<T> made = make(std::move(stop));
      return Sized<void>{std::move(made.value), made.bytes};
    });
    return {std::static_pointer_cast<const T>(found.value), found.seconds};
  }
  /// The value, if it is kept.
  template <class T>
  std::shared_ptr<const T> find(const std::string& key) {
    return std::static_pointer_cast<const T>(find_any(key));
  }
  bool has(const std::string& key) { return find_any(key) != nullptr; }
  /// How many wait for a value that is queued or being computed.
  std::size_t askers(const std::string& key) const;

  /// Keeps a value that has been computed elsewhere, in place of one that is kept under the key.
  template <class T>
  void put(const std::string& key, const Sized<T>& sized) {
    put_any(key, {sized.value, sized.bytes});
  }

  /// Drops all values whose keys have that part.
  void forget(std::string_view part);
  /// The memory of all values that are kept, in bytes.
  std::size_t bytes() const;

private:
  struct Entry {
    std::string key;
    Sized<void> sized;
  };
  struct Flight;

  Found<void> get_any(const std::string& key, const Asker& asker, Make<void> make);
  void put_any(const std::string& key, const Sized<void>& sized);
  std::shared_ptr<const void> find_any(const std::string& key);
  std::shared_ptr<const void> find_locked(const std::string& key);
  void run(const std::shared_ptr<Flight>& flight);
  Found<void> wait_for(const std::shared_ptr<Flight>& flight, const std::stop_token& gone);
  void keep(const std::string& key, const Sized<void>& sized);
  void leave(const std::shared_ptr<Flight>& flight);

  const std::size_t budget_;
  mutable std::mutex mutex_;
  std::condition_variable_any finished_;
  std::list<Entry> recent_;  ///< the most recently used first
  std::unordered_map<std::string, std::list<Entry>::iterator> entries_;
  std::unordered_map<std::string, std::shared_ptr<Flight>> flights_;
  std::size_t bytes_ = 0;
};

}  // namespace fovea::studio
