#pragma once

#include "studio/failure.hpp"
#include "studio/lane.hpp"

#include <nlohmann/json.hpp>

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <limits>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

/// Long work, which is queued, tells of its progress, and can be cancelled.
namespace fovea::studio {

/// A picture of a job, which is encoded when somebody looks at it.
struct JobFrame {
  /// The bytes of a PNG; `display` is "fitted" or "pixels", as the job understands them.
  std::function<std::string(const std::string& display)> png;
  std::size_t bytes = 0;              ///< the memory that it takes
  nlohmann::ordered_json about = {};  ///< further fields of its event: step, score, ...
};

/// A file that a job gives besides its result.
struct JobFile {
  std::string type;  ///< media type
  std::string bytes;
};

enum class JobState { Queued, Running, Done, Failed, Cancelled };
/// "queued", "running", "done", "failed" or "cancelled".
std::string_view name_of(JobState state);

/// What is told to those who listen to a job.
struct JobEvent {
  std::int64_t id = 0;  ///< grows from 1
  std::string name;     ///< "progress", "frame", "done", "failed" or "cancelled"
  nlohmann::ordered_json data;
};

class Job;

/// The part of a job that its work uses. All functions are thread-safe.
class JobControl {
public:
  /// `grown` is called after the job has begun to take more memory.
  JobControl(Job& job, std::stop_token stop, std::function<void()> grown)
      : job_(job), stop_(std::move(stop)), grown_(std::move(grown)) {}

  /// The job's id.
  const std::string& id() const;
  /// Stopped when the job is cancelled: the work is to end soon, with the error Cancelled.
  const std::stop_token& stop() const { return stop_; }
  /// True when the work is to end soon with what it has, as if it were done.
  bool should_finish() const;
  void progress(std::int64_t done, std::int64_t total, const std::string& text);
  /// Adds a picture. When all together take more than kMostFrameBytes, every second one is dropped.
  void add_frame(JobFrame frame);
  void add_file(const std::string& name, JobFile file);

private:
  Job& job_;
  std::stop_token stop_;
  std::function<void()> grown_;
};

/// The work of a job; gives its result.
using JobWork = std::function<nlohmann::ordered_json(JobControl& control)>;

/// The memory that the frames of one job may take, in bytes; those of all jobs have a limit besides.
inline constexpr std::size_t kMostFrameBytes = std::size_t{32} << 20;

class Job {
public:
  Job(std::string id, std::string kind, bool is_unattended, JobWork work);

  const std::string& id() const { return id_; }
  JobState state() const;
  bool has_ended() const;
  /// Cancels it: at once where it waits, else as soon as its work sees that.
  void cancel();
  /// Asks the work to end soon with what it has; a job that waits is cancelled.
  void finish();
  /// The number of a frame: 0, 1, ..., or the last one that there is for none. RequestError (404) where there
  /// is none of that number, or it was dropped.
  JobFrame frame(std::optional<std::size_t> number) const;
  /// The frame of that number, or the nearest one where it was dropped. RequestError (404) where there never
  /// was one.
  JobFrame nearest_frame(std::size_t number) const;
  /// RequestError (404) where there is no file of that name.
  JobFile file(const std::string& name) const;

  /// Waits for events behind number `last` until one comes, `patience` is over or `gone` is stopped, and
  /// gives them in their order. Of several reports of progress only the last is kept. Nothing comes behind
  /// "done", "failed" and "cancelled".
  std::vector<JobEvent> wait_for_events(std::int64_t last, std::chrono::milliseconds patience,
                                        const std::stop_token& gone);

private:
  friend class JobControl;
  friend class JobQueue;
  void run(const ReadableText& readable, const std::function<void()>& grown);
  void end(JobState state, nlohmann::ordered_json result, nlohmann::ordered_json error);
  /// Adds an event; the mutex must be locked.
  void tell(std::string name, nlohmann::ordered_json data);
  nlohmann::ordered_json json_locked() const;
  void drop_frames();
  /// The memory of its frames and files.
  std::size_t bytes() const;
  /// Drops all frames but the last one.
  void keep_last_frame();

  const std::string id_, kind_;
  const bool is_unattended_;  ///< it goes on without listeners
  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  std::stop_source stop_;
  bool must_finish_ = false;
  JobWork work_;
  JobState state_ = JobState::Queued;
  std::int64_t done_ = 0, total_ = 0;
  std::string text_;
  nlohmann::ordered_json result_, error_;
  std::deque<JobEvent> events_;
  std::int64_t last_event_ = 0;
  std::vector<JobFrame> frames_;  ///< dropped ones have no function
  std::size_t frame_bytes_ = 0;
  std::vector<std::pair<std::string, JobFile>> files_;
  std::size_t file_bytes_ = 0;
  std::uint64_t used_ = 0;  ///< grows with each use; the queue's mutex guards it
  std::size_t listeners_ = 0;
  /// When the last listener went away; none while there is one, or there never was.
  std::optional<std::chrono::steady_clock::time_point> left_ = {};
};

/// The jobs by id: a few run at a time, others wait in their order, and the last that ended are remembered.
/// Thread-safe. Ids are never given again.
///
/// Where frames and files of all jobs take more than `most_bytes`, the jobs that have ended, the least
/// recently used first, keep only their last frames; then those that run have every second frame dropped;
/// then the least recently used of those with files are forgotten, all but the one that ended last.
class JobQueue {
public:
  JobQueue(std::size_t at_a_time, std::size_t most_waiting, ReadableText readable = {},
           std::size_t most_bytes = std::numeric_limits<std::size_t>::max());
  /// Cancels all jobs and waits for the end of those that run.
  ~JobQueue();
  JobQueue(const JobQueue&) = delete;
  JobQueue& operator=(const JobQueue&) = delete;

  /// Queues a job. Unless `is_unattended`, it is cancelled when its last listener has been away for 3 s.
  /// RequestError (503) if too many wait.
  std::shared_ptr<Job> add(const std::string& kind, bool is_unattended, JobWork work);
  /// RequestError (404) for an id that no job has.
  std::shared_ptr<Job> get(const std::string& id);
  std::vector<std::shared_ptr<Job>> list() const;
  /// The memory of all frames and files, in bytes.
  std::size_t bytes() const;
  /// Cancels a job; one that has ended is forgotten, with its frames and files. RequestError (404) for an id
  /// that no job has.
  void remove(const std::string& id);
  /// The job as the HTTP interface gives it: id, kind, state, place, progress, result, error.
  nlohmann::ordered_json json(const Job& job) const;
  /// Cancels all jobs and takes no more.
  void stop();

  /// Where jobs, and other work that takes long, run.
  Lane& lane() { return lane_; }

  /// Counts as a listener of a job during its life.
  class Listener {
  public:
    explicit Listener(std::shared_ptr<Job> job);
    ~Listener();
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;

  private:
    std::shared_ptr<Job> job_;
  };

private:
  void forget_old();
  void make_room();
  std::size_t bytes_locked() const;
  std::vector<std::shared_ptr<Job>> by_use() const;
  void cancel_unheard(const std::stop_token& stop);

  const ReadableText readable_;
  const std::size_t most_bytes_;
  mutable std::mutex mutex_;
  std::vector<std::shared_ptr<Job>> jobs_;
  std::uint64_t last_id_ = 0, last_use_ = 0;
  std::condition_variable_any closing_;
  Lane lane_;
  std::jthread watcher_;
};

}  // namespace fovea::studio
