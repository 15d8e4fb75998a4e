#include "base/ordered_parallel.hpp"

#include <algorithm>
#include <condition_variable>
#include <map>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

namespace fovea {
namespace {

constexpr std::size_t kAhead = 4;  ///< items for each worker

struct Outcome {
  Finish finish;
  std::exception_ptr error;
};

Outcome attempt(const Work& work, std::size_t i) {
  try {
    return {work(i), nullptr};
  } catch (...) {
    return {{}, std::current_exception()};
  }
}

void settle(const OrderedParallelOptions& options, std::size_t i, const Outcome& outcome) {
  if (outcome.error)
    options.failed(i, outcome.error);
  else if (outcome.finish)
    outcome.finish();
}

/// The items that threads take and hand back.
class Board {
public:
  explicit Board(const OrderedParallelOptions& options) : options_(options) {}

  /// To be called for each thread before it begins.
  void expect_worker() {
    const std::lock_guard lock(mutex_);
    ++workers_;
  }
  /// No further threads will begin.
  void all_expected() {
    const std::lock_guard lock(mutex_);
    all_expected_ = true;
    end_without_workers();
  }
  /// A thread could not begin, for that reason; others do its work.
  void lose_worker(const std::exception_ptr& reason) {
    const std::lock_guard lock(mutex_);
    --workers_;
    reason_ = reason_ ? reason_ : reason;
    end_without_workers();
  }

  /// The body of one worker thread.
  void run_worker() {
    Work work;
    try {
      work = options_.make_worker();
    } catch (...) {
      lose_worker(std::current_exception());
      return;
    }
    for (std::size_t i = 0; take(i);)
      put(i, attempt(work, i));
  }

  /// Waits for an item's outcome; throws what a worker could not be made for.
  Outcome wait_for(std::size_t i) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return fatal_ || outcomes_.count(i) > 0; });
    if (fatal_)
      std::rethrow_exception(fatal_);
    Outcome outcome = std::move(outcomes_.at(i));
    outcomes_.erase(i);
    turn_ = i + 1;
    changed_.notify_all();
    return outcome;
  }

  /// Lets no further items be taken.
  void end() {
    const std::lock_guard lock(mutex_);
    ended_ = true;
    changed_.notify_all();
  }

private:
  void end_without_workers() {
    if (!all_expected_ || workers_ > 0)
      return;
    ended_ = true;
    fatal_ = reason_;
    changed_.notify_all();
  }

  bool take(std::size_t& i) {
    std::unique_lock lock(mutex_);
    const std::size_t ahead = kAhead * options_.workers;
    changed_.wait(lock, [&] { return ended_ || next_ >= options_.count || next_ < turn_ + ahead; });
    if (ended_ || next_ >= options_.count)
      return false;
    i = next_++;
    return true;
  }

  void put(std::size_t i, Outcome outcome) {
    const std::lock_guard lock(mutex_);
    outcomes_[i] = std::move(outcome);
    changed_.notify_all();
  }

  const OrderedParallelOptions& options_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::size_t, Outcome> outcomes_;
  std::size_t workers_ = 0;
  bool all_expected_ = false;
  std::exception_ptr reason_;  ///< why the first of the lost workers was lost
  std::size_t next_ = 0;       ///< the first item that nobody took
  std::size_t turn_ = 0;       ///< the first item that was not handed to the caller
  bool ended_ = false;
  std::exception_ptr fatal_;
};

/// Threads that are joined whatever happens: as many as the system gives, if that is fewer.
class Crew {
public:
  Crew(Board& board, std::size_t workers) : board_(board) {
    threads_.reserve(workers);
    for (std::size_t i = 0; i < workers; ++i) {
      board.expect_worker();
      try {
        threads_.emplace_back([&board] { board.run_worker(); });
      } catch (const std::system_error&) {
        board.lose_worker(std::current_exception());
        break;
      }
    }
    if (!threads_.empty())
      board.all_expected();
  }
  ~Crew() { join(); }
  Crew(const Crew&) = delete;
  Crew& operator=(const Crew&) = delete;
  bool empty() const { return threads_.empty(); }

private:
  void join() {
    board_.end();
    for (std::thread& thread : threads_)
      thread.join();
    threads_.clear();
  }

  Board& board_;
  std::vector<std::thread> threads_;
};

void run_here(const OrderedParallelOptions& options) {
  if (options.count == 0)
    return;
  const Work work = options.make_worker();
  for (std::size_t i = 0; i < options.count; ++i) {
    options.before(i);
    settle(options, i, attempt(work, i));
  }
}

}  // namespace

void ordered_parallel(const OrderedParallelOptions& options) {
  const std::size_t workers = std::min(options.workers, options.count);
  if (workers <= 1)
    return run_here(options);
  Board board(options);
  const Crew crew(board, workers);
  if (crew.empty())
    return run_here(options);
  for (std::size_t i = 0; i < options.count; ++i) {
    options.before(i);
    settle(options, i, board.wait_for(i));
  }
}

}  // namespace fovea
