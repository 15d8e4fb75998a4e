#include "studio/jobs.hpp"

#include "base/enum_names.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace fovea::studio {
namespace {

using namespace std::chrono_literals;

/// How long a job goes on without a listener after it has had one.
constexpr auto kUnheard = 3s;
/// How many jobs that have ended are remembered.
constexpr std::size_t kRemembered = 16;

constexpr EnumNames<JobState, 5> kStates = {{{JobState::Queued, "queued"},
                                             {JobState::Running, "running"},
                                             {JobState::Done, "done"},
                                             {JobState::Failed, "failed"},
                                             {JobState::Cancelled, "cancelled"}}};

bool is_end(JobState state) {
  return state != JobState::Queued && state != JobState::Running;
}

}  // namespace

std::string_view name_of(JobState state) {
  return enum_name(kStates, state);
}

const std::string& JobControl::id() const {
  return job_.id();
}

void JobControl::progress(std::int64_t done, std::int64_t total, const std::string& text) {
  const std::lock_guard lock(job_.mutex_);
  job_.done_ = done;
  job_.total_ = total;
  job_.text_ = text;
  job_.tell("progress", {{"done", done}, {"total", total}, {"text", text}});
}

bool JobControl::should_finish() const {
  const std::lock_guard lock(job_.mutex_);
  return job_.must_finish_;
}

void JobControl::add_frame(JobFrame frame) {
  std::unique_lock lock(job_.mutex_);
  nlohmann::ordered_json data = {{"frame", job_.frames_.size()}};
  if (!frame.about.is_null())
    data.update(frame.about);
  job_.frame_bytes_ += frame.bytes;
  job_.frames_.push_back(std::move(frame));
  if (job_.frame_bytes_ > kMostFrameBytes)
    job_.drop_frames();
  job_.tell("frame", std::move(data));
  lock.unlock();
  grown_();
}

void JobControl::add_file(const std::string& name, JobFile file) {
  {
    const std::lock_guard lock(job_.mutex_);
    job_.file_bytes_ += file.bytes.size();
    job_.files_.emplace_back(name, std::move(file));
  }
  grown_();
}

Job::Job(std::string id, std::string kind, bool is_unattended, JobWork work)
    : id_(std::move(id)), kind_(std::move(kind)), is_unattended_(is_unattended), work_(std::move(work)) {}

JobState Job::state() const {
  const std::lock_guard lock(mutex_);
  return state_;
}

bool Job::has_ended() const {
  return is_end(state());
}

void Job::tell(std::string name, nlohmann::ordered_json data) {
  if (name == "progress")  // a new one says all that an older one did
    std::erase_if(events_, [](const JobEvent& event) { return event.name == "progress"; });
  events_.push_back({++last_event_, std::move(name), std::move(data)});
  changed_.notify_all();
}

/// Drops every second of the frames that are left, but neither the first nor the last.
void Job::drop_frames() {
  bool is_dropped = false;
  for (std::size_t i = 0; i + 1 < frames_.size(); ++i) {
    if (!frames_[i].png)
      continue;
    if (is_dropped) {
      frame_bytes_ -= frames_[i].bytes;
      frames_[i] = {};
    }
    is_dropped = !is_dropped;
  }
}

std::size_t Job::bytes() const {
  const std::lock_guard lock(mutex_);
  return frame_bytes_ + file_bytes_;
}

void Job::keep_last_frame() {
  const std::lock_guard lock(mutex_);
  for (std::size_t i = 0; i + 1 < frames_.size(); ++i) {
    frame_bytes_ -= frames_[i].bytes;
    frames_[i] = {};
  }
}

void Job::end(JobState state, nlohmann::ordered_json result, nlohmann::ordered_json error) {
  JobWork done;  // destroyed without the lock
  const std::lock_guard lock(mutex_);
  if (is_end(state_))
    return;
  state_ = state;
  result_ = std::move(result);
  error_ = std::move(error);
  done.swap(work_);
  if (state == JobState::Cancelled) {  // what it made so far is of no use to anybody
    frames_.clear();
    files_.clear();
    frame_bytes_ = file_bytes_ = 0;
  }
  tell(std::string(name_of(state)), json_locked());
}

void Job::cancel() {
  stop_.request_stop();
  if (state() == JobState::Queued)
    end(JobState::Cancelled, {}, {});
}

void Job::finish() {
  {
    const std::lock_guard lock(mutex_);
    must_finish_ = true;
  }
  if (state() == JobState::Queued)
    end(JobState::Cancelled, {}, {});
}

void Job::run(const ReadableText& readable, const std::function<void()>& grown) {
  JobWork work;
  {
    const std::lock_guard lock(mutex_);
    if (state_ != JobState::Queued)
      return;
    state_ = JobState::Running;
    work.swap(work_);
    tell("progress", {{"done", 0}, {"total", 0}, {"text", ""}});
  }
  try {
    JobControl control(*this, stop_.get_token(), grown);
    nlohmann::ordered_json result = work(control);
    work = {};  // its memory is free before anybody hears of the end
    end(JobState::Done, std::move(result), {});
  } catch (const Cancelled&) {
    work = {};
    end(JobState::Cancelled, {}, {});
  } catch (...) {
    work = {};
    end(JobState::Failed, {}, failure_json(std::current_exception(), readable));
  }
}

nlohmann::ordered_json Job::json_locked() const {
  nlohmann::ordered_json json = {{"id", id_},
                                 {"kind", kind_},
                                 {"state", name_of(state_)},
                                 {"place", 0},
                                 {"progress", {{"done", done_}, {"total", total_}, {"text", text_}}}};
  if (!result_.is_null())
    json["result"] = result_;
  if (!error_.is_null())
    json["error"] = error_;
  return json;
}

JobFrame Job::frame(std::optional<std::size_t> number) const {
  const std::lock_guard lock(mutex_);
  const std::size_t wanted = number.value_or(frames_.empty() ? 0 : frames_.size() - 1);
  if (wanted >= frames_.size() || !frames_[wanted].png)
    throw not_found(fmt::format("frame of job {}", id_), std::to_string(wanted),
                    "the job's events name its frames; of many only some are kept");
  return frames_[wanted];
}

JobFrame Job::nearest_frame(std::size_t number) const {
  std::unique_lock lock(mutex_);
  if (number < frames_.size())
    for (std::size_t away = 0; away < frames_.size(); ++away) {
      if (away <= number && frames_[number - away].png)
        return frames_[number - away];
      if (number + away < frames_.size() && frames_[number + away].png)
        return frames_[number + away];
    }
  lock.unlock();
  return frame(number);
}

JobFile Job::file(const std::string& name) const {
  const std::lock_guard lock(mutex_);
  for (const auto& [known, file] : files_)
    if (known == name)
      return file;
  throw not_found(fmt::format("file of job {}", id_), name, "a job has its files when it is done");
}

std::vector<JobEvent> Job::wait_for_events(std::int64_t last, std::chrono::milliseconds patience,
                                           const std::stop_token& gone) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, gone, patience, [&] { return last_event_ > last; });
  std::vector<JobEvent> events;
  for (const JobEvent& event : events_)
    if (event.id > last)
      events.push_back(event);
  return events;
}

JobQueue::JobQueue(std::size_t at_a_time, std::size_t most_waiting, ReadableText readable,
                   std::size_t most_bytes)
    : readable_(readable ? std::move(readable) : [](std::string text) { return text; }),
      most_bytes_(most_bytes), lane_("jobs", at_a_time, most_waiting),
      watcher_([this](const std::stop_token& stop) { cancel_unheard(stop); }) {}

JobQueue::~JobQueue() {
  stop();
}

void JobQueue::stop() {
  watcher_.request_stop();
  lane_.stop();
  for (const auto& job : list())
    job->cancel();
}

std::shared_ptr<Job> JobQueue::add(const std::string& kind, bool is_unattended, JobWork work) {
  std::shared_ptr<Job> job;
  {
    const std::lock_guard lock(mutex_);
    job = std::make_shared<Job>(fmt::format("j{}", ++last_id_), kind, is_unattended, std::move(work));
    job->used_ = ++last_use_;
    jobs_.push_back(job);  // before it can run: what it makes is counted from the beginning
  }
  try {
    lane_.submit([this, job] { job->run(readable_, [this] { make_room(); }); });
  } catch (...) {
    const std::lock_guard lock(mutex_);
    std::erase(jobs_, job);
    throw;
  }
  const std::lock_guard lock(mutex_);
  forget_old();
  return job;
}

std::shared_ptr<Job> JobQueue::get(const std::string& id) {
  const std::lock_guard lock(mutex_);
  for (const auto& job : jobs_)
    if (job->id() == id) {
      job->used_ = ++last_use_;
      return job;
    }
  throw not_found("job", id, "GET /api/jobs lists the jobs that there are");
}

std::vector<std::shared_ptr<Job>> JobQueue::list() const {
  const std::lock_guard lock(mutex_);
  return jobs_;
}

void JobQueue::remove(const std::string& id) {
  const std::shared_ptr<Job> job = get(id);
  if (!job->has_ended()) {
    job->cancel();
    return;
  }
  const std::lock_guard lock(mutex_);
  std::erase(jobs_, job);
}

nlohmann::ordered_json JobQueue::json(const Job& job) const {
  std::size_t place = 0;
  for (const auto& other : list()) {
    place += other->state() == JobState::Queued ? 1 : 0;
    if (other.get() == &job)
      break;
  }
  const std::lock_guard lock(job.mutex_);
  nlohmann::ordered_json json = job.json_locked();
  json["place"] = job.state_ == JobState::Queued ? place : 0;
  return json;
}

void JobQueue::forget_old() {
  const auto has_ended = [](const std::shared_ptr<Job>& job) { return job->has_ended(); };
  auto ended = static_cast<std::size_t>(std::count_if(jobs_.begin(), jobs_.end(), has_ended));
  std::erase_if(jobs_, [&](const std::shared_ptr<Job>& job) {
    if (ended <= kRemembered || !has_ended(job))
      return false;
    --ended;
    return true;
  });
}

std::size_t JobQueue::bytes_locked() const {
  std::size_t sum = 0;
  for (const auto& job : jobs_)
    sum += job->bytes();
  return sum;
}

std::size_t JobQueue::bytes() const {
  const std::lock_guard lock(mutex_);
  return bytes_locked();
}

/// The jobs, the least recently used first.
std::vector<std::shared_ptr<Job>> JobQueue::by_use() const {
  std::vector<std::shared_ptr<Job>> jobs = jobs_;
  std::sort(jobs.begin(), jobs.end(), [](const auto& a, const auto& b) { return a->used_ < b->used_; });
  return jobs;
}

void JobQueue::make_room() {
  const std::lock_guard lock(mutex_);
  const std::vector<std::shared_ptr<Job>> jobs = by_use();
  for (const auto& job : jobs)
    if (bytes_locked() > most_bytes_ && job->has_ended())
      job->keep_last_frame();
  for (const auto& job : jobs)
    if (bytes_locked() > most_bytes_ && !job->has_ended()) {
      const std::lock_guard job_lock(job->mutex_);
      job->drop_frames();
    }
  const auto newest =
      std::find_if(jobs_.rbegin(), jobs_.rend(), [](const auto& job) { return job->has_ended(); });
  const std::shared_ptr<Job> kept = newest == jobs_.rend() ? nullptr : *newest;
  for (const auto& job : jobs)
    if (bytes_locked() > most_bytes_ && job->has_ended() && job != kept && job->bytes() > 0)
      std::erase(jobs_, job);
}

void JobQueue::cancel_unheard(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (!stop.stop_requested()) {
    closing_.wait_for(lock, stop, 200ms, [] { return false; });
    std::vector<std::shared_ptr<Job>> unheard;
    for (const auto& job : jobs_) {
      const std::lock_guard job_lock(job->mutex_);
      if (!is_end(job->state_) && job->left_ && std::chrono::steady_clock::now() - *job->left_ >= kUnheard)
        unheard.push_back(job);
    }
    lock.unlock();
    for (const auto& job : unheard)
      job->cancel();
    lock.lock();
  }
}

JobQueue::Listener::Listener(std::shared_ptr<Job> job) : job_(std::move(job)) {
  const std::lock_guard lock(job_->mutex_);
  ++job_->listeners_;
  job_->left_.reset();
}

JobQueue::Listener::~Listener() {
  const std::lock_guard lock(job_->mutex_);
  if (--job_->listeners_ == 0 && !job_->is_unattended_)
    job_->left_ = std::chrono::steady_clock::now();
}

}  // namespace fovea::studio
