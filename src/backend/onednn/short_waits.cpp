#include "backend/onednn/short_waits.hpp"

#include "base/forked.hpp"

#include <atomic>
#include <condition_variable>
#include <fstream>
#include <omp.h>
#include <string>
#include <sys/resource.h>
#include <system_error>
#include <thread>

namespace fovea::backend::onednn_detail {
namespace {

using namespace std::chrono_literals;

// Competition shows soon. Calm is believed late, since waits that are too long cost more than waits that are
// too short.
constexpr CompetitionEstimate::Seconds kShortestWindow = 60ms, kGuessedWindow = 100ms, kCalmWindow = 400ms;
/// Of the processor time that undisturbed threads could use. They use 0.9 or more; beside one other program,
/// two use 0.6.
constexpr double kShareOfCompetition = 0.72;
/// A second. Without competition interrupts and the system's own threads take a processor away up to a
/// hundred times.
constexpr double kPreemptionsOfCalm = 150;

}  // namespace

std::int64_t runnable_tasks() {
  std::ifstream file("/proc/loadavg");  // three averages, then RUNNABLE/ALL
  std::string average;
  std::int64_t runnable = 0;
  file >> average >> average >> average >> runnable;
  return file ? runnable : 0;
}

CompetitionEstimate::Sample CompetitionEstimate::sample() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return Seconds(static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec));
  };
  return {Clock::now(), seconds(usage.ru_utime) + seconds(usage.ru_stime), usage.ru_nivcsw};
}

bool CompetitionEstimate::after_run(const Sample& begin, const Sample& end, int threads) {
  passed_ += end.time - begin.time;
  wanted_ += threads * (end.time - begin.time);
  used_ += end.processor_time - begin.processor_time;
  preemptions_ += end.preemptions - begin.preemptions;
  const Seconds window = !competes_ ? kShortestWindow : is_guess_ ? kGuessedWindow : kCalmWindow;
  if (passed_ < window)
    return competes_;
  is_guess_ = false;
  competes_ = competes_ ? static_cast<double>(preemptions_) > kPreemptionsOfCalm * passed_.count()
                        : used_ < kShareOfCompetition * wanted_;
  passed_ = used_ = wanted_ = Seconds(0);
  preemptions_ = 0;
  return competes_;
}

/// A sleeping team of one thread more than there are processors.
class ShortWaits::Team {
public:
  Team() {
    thread_ = std::thread([this] {
#pragma omp parallel num_threads(omp_get_num_procs() + 1)
      members_.fetch_add(1, std::memory_order_relaxed);
      std::unique_lock lock(mutex_);
      is_there_ = true;
      changed_.notify_all();
      changed_.wait(lock, [this] { return may_end_; });
    });
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return is_there_; });
  }
  ~Team() {
    {
      const std::lock_guard lock(mutex_);
      may_end_ = true;
    }
    changed_.notify_all();
    thread_.join();
  }
  Team(const Team&) = delete;
  Team& operator=(const Team&) = delete;

private:
  std::atomic<int> members_ = 0;  ///< so that the parallel region is not empty
  std::mutex mutex_;
  std::condition_variable changed_;
  bool is_there_ = false, may_end_ = false;
  std::thread thread_;
};

std::shared_ptr<ShortWaits> ShortWaits::shared() {
  static std::mutex mutex;
  static std::weak_ptr<ShortWaits> current;
  const std::lock_guard lock(mutex);
  std::shared_ptr<ShortWaits> waits = current.lock();
  if (!waits) {
    waits = std::make_shared<ShortWaits>();
    current = waits;
  }
  return waits;
}

ShortWaits::ShortWaits() : estimate_(runnable_tasks(), omp_get_num_procs()) {}

ShortWaits::~ShortWaits() {
  if (in_forked_child())
    static_cast<void>(team_.release());  // its threads stayed behind in the parent
}

void ShortWaits::adapt(const CompetitionEstimate::Sample& begin, int threads) {
  const bool competes = [&] {
    const std::lock_guard lock(mutex_);
    return estimate_.after_run(begin, CompetitionEstimate::sample(), threads);
  }();
  make_short(competes);
}

bool ShortWaits::are_short() const {
  const std::lock_guard lock(mutex_);
  return team_ != nullptr;
}

void ShortWaits::make_short(bool shorter) {
  const std::lock_guard lock(mutex_);
  if (shorter == (team_ != nullptr) || in_forked_child())
    return;
  if (!shorter)
    return team_.reset();
  try {
    check_threads_can_be_made(omp_get_num_procs() + 1);
    team_ = std::make_unique<Team>();
  } catch (const std::exception&) {
    // No room for further threads: waits stay as they are.
  }
}

}  // namespace fovea::backend::onednn_detail
