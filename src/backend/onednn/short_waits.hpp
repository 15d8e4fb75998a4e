#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>

namespace fovea::backend::onednn_detail {

/// Whether other programs compete for the processors, judged by the runs of several threads. While waits are
/// long, threads that nobody disturbs compute or spin all the time, and competition shows in processor time
/// that is missing. While waits are short, threads sleep, and competition shows in how often the system takes
/// a processor away from the process.
class CompetitionEstimate {
public:
  using Clock = std::chrono::steady_clock;
  using Seconds = std::chrono::duration<double>;

  /// What the process has used so far, with all its threads.
  struct Sample {
    Clock::time_point time;
    Seconds processor_time{0};
    std::int64_t preemptions = 0;
  };
  static Sample sample();

  /// Begins with what the system says at this moment: how many tasks want to run, and on how many processors.
  /// A few too many are there now and then on a quiet machine.
  CompetitionEstimate(std::int64_t runnable, std::int64_t processors)
      : competes_(runnable > 2 * processors) {}

  /// Takes a run of that many threads into account and says whether there is competition.
  bool after_run(const Sample& begin, const Sample& end, int threads);

private:
  Seconds passed_{0}, used_{0}, wanted_{0};  ///< in the runs of the current window
  std::int64_t preemptions_ = 0;
  bool competes_;
  bool is_guess_ = true;  ///< nothing but what the system said at the beginning
};

/// Tasks of the whole system that run or want to run now, this one among them; 0 where the system does not
/// say.
std::int64_t runnable_tasks();

/// How long OpenMP's threads wait actively for each other. They spin for milliseconds by default, which is
/// the fastest way on a machine of one's own; beside other programs they burn the time that the thread they
/// wait for would need, and a run takes many times as long. GNU's OpenMP library waits only briefly once a
/// process has more OpenMP threads than there are processors (GCC's manual, GOMP_SPINCOUNT). So while there
/// is competition this class keeps a further, sleeping team of threads. Where the user has set
/// OMP_WAIT_POLICY or GOMP_SPINCOUNT, that stays in force.
class ShortWaits {
public:
  /// One for the process, which lives as long as somebody uses it.
  static std::shared_ptr<ShortWaits> shared();

  ShortWaits();
  ~ShortWaits();
  ShortWaits(const ShortWaits&) = delete;
  ShortWaits& operator=(const ShortWaits&) = delete;

  /// To be called after each run of several threads; `begin` is a sample from before it. Waits are short from
  /// now on if there is competition, and long if there is none.
  void adapt(const CompetitionEstimate::Sample& begin, int threads);
  /// Whether waits are short now.
  bool are_short() const;
  void make_short(bool shorter);

private:
  class Team;
  mutable std::mutex mutex_;
  CompetitionEstimate estimate_;
  std::unique_ptr<Team> team_;
};

}  // namespace fovea::backend::onednn_detail
