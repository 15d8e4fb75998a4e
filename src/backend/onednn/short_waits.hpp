#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>

namespace fovea::backend::onednn_detail {

/// Whether other programs compete for the processors, judged by how often the system took a processor away
/// from this process. Where nobody else wants them that hardly ever happens.
class CompetitionEstimate {
public:
  using Clock = std::chrono::steady_clock;

  /// What the process looked like at some moment.
  struct Sample {
    Clock::time_point time;
    std::int64_t preemptions = 0;  ///< of all its threads so far
  };
  static Sample sample();

  /// Begins with what the system says at this moment: how many tasks want to run, and on how many processors.
  CompetitionEstimate(const Sample& first, std::int64_t runnable, std::int64_t processors);

  /// Takes a later sample into account and says whether there is competition.
  bool update(const Sample& now);

private:
  Sample begin_;  ///< of the current window
  bool competes_;
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

  /// To be called between runs: looks whether there is competition, and waits accordingly from now on.
  void adapt();
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
