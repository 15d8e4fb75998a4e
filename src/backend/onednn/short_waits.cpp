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

// Between competitors the system takes a processor away about once in a time slice, a few milliseconds;
// otherwise a few times a second at most.
constexpr double kPreemptionsOfCompetition = 40;  ///< a second
constexpr double kPreemptionsOfCalm = 8;
// Competition shows soon. Calm is believed late, since waits that are too short cost little, and waits that
// are too long much.
constexpr auto kShortestWindow = 25ms;
constexpr auto kCalmWindow = 1s;

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
  return {Clock::now(), usage.ru_nivcsw};
}

CompetitionEstimate::CompetitionEstimate(const Sample& first, std::int64_t runnable, std::int64_t processors)
    : begin_(first), competes_(runnable > processors) {}

bool CompetitionEstimate::update(const Sample& now) {
  const std::chrono::duration<double> passed = now.time - begin_.time;
  if (passed < kShortestWindow)
    return competes_;
  const double rate = static_cast<double>(now.preemptions - begin_.preemptions) / passed.count();
  if (rate >= kPreemptionsOfCompetition)
    competes_ = true;
  else if (competes_ && passed < kCalmWindow)
    return competes_;  // the window goes on
  else if (rate <= kPreemptionsOfCalm)
    competes_ = false;
  begin_ = now;
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

ShortWaits::ShortWaits() : estimate_(CompetitionEstimate::sample(), runnable_tasks(), omp_get_num_procs()) {}

ShortWaits::~ShortWaits() {
  if (in_forked_child())
    static_cast<void>(team_.release());  // its threads stayed behind in the parent
}

void ShortWaits::adapt() {
  const bool competes = [&] {
    const std::lock_guard lock(mutex_);
    return estimate_.update(CompetitionEstimate::sample());
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
