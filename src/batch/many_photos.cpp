#include "batch/many_photos.hpp"

#include "base/check.hpp"
#include "base/failure.hpp"
#include "batch/photo_data.hpp"
#include "fovea/error.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace fovea {
namespace {

constexpr std::size_t kAhead = 4;  ///< photos in work, for each worker

/// A photo and what became of it.
struct Task {
  explicit Task(Picture taken) : picture(std::move(taken)) {}
  Picture picture;
  PhotoResult result = {};
  std::exception_ptr fatal = {};
  bool is_done = false;
};

PhotoResult failure(const Picture& picture, std::string message) {
  PhotoResult result;
  result.rows = {{.image = picture.name, .truth = picture.truth, .error = message}};
  result.error = std::move(message);
  return result;
}

PhotoResult result_for(const PhotoWorker& work, const Picture& picture, const ResultStore& store) {
  if (!picture.problem.empty())
    return failure(picture, picture.problem);
  PhotoResult result;
  try {
    result = work(picture);
  } catch (const OutputError&) {
    throw;
  } catch (...) {
    return failure(picture, failure_text(std::current_exception(), picture.name));
  }
  store.write_files(result);
  return result;
}

void attempt(const PhotoWorker& work, Task& task, const ResultStore& store) {
  try {
    task.result = result_for(work, task.picture, store);
  } catch (...) {
    task.fatal = std::current_exception();
  }
  task.picture.bytes.reset();
}

/// Worker threads and the photos that they take. Fewer threads than wanted where the system gives no more.
class Crew {
public:
  Crew(const ManyPhotosRun& run, const ResultStore& store) : run_(run), store_(store) {
    for (std::size_t i = 0; i < run.workers; ++i) {
      {
        const std::lock_guard lock(mutex_);
        ++expected_;
      }
      try {
        threads_.emplace_back([this] { work(); });
      } catch (const std::system_error&) {
        lose_worker(std::current_exception());
        break;
      }
    }
  }
  ~Crew() {
    {
      const std::lock_guard lock(mutex_);
      has_ended_ = true;
    }
    changed_.notify_all();
    for (std::thread& thread : threads_)
      thread.join();
  }
  Crew(const Crew&) = delete;
  Crew& operator=(const Crew&) = delete;

  void give(Task& task) {
    const std::lock_guard lock(mutex_);
    waiting_.push_back(&task);
    changed_.notify_all();
  }
  /// Throws what no worker could be made for.
  void wait_for(const Task& task) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return task.is_done || expected_ == 0; });
    if (!task.is_done)
      std::rethrow_exception(reason_);
  }

private:
  void lose_worker(const std::exception_ptr& reason) {
    const std::lock_guard lock(mutex_);
    --expected_;
    reason_ = reason_ ? reason_ : reason;
    changed_.notify_all();
  }

  void work() {
    PhotoWorker worker;
    try {
      worker = run_.make_worker();
    } catch (...) {
      return lose_worker(std::current_exception());
    }
    while (Task* task = take()) {
      attempt(worker, *task, store_);
      const std::lock_guard lock(mutex_);
      task->is_done = true;
      changed_.notify_all();
    }
  }

  Task* take() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return has_ended_ || !waiting_.empty(); });
    if (has_ended_)
      return nullptr;
    Task* const task = waiting_.front();
    waiting_.pop_front();
    return task;
  }

  const ManyPhotosRun& run_;
  const ResultStore& store_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Task*> waiting_;
  std::size_t expected_ = 0;  ///< threads that work or begin to
  std::exception_ptr reason_;
  bool has_ended_ = false;
  std::vector<std::thread> threads_;
};

/// The photos whose class is said by a file that cannot be read, for one warning about all of them.
class UnreadableTruths {
public:
  void add(const Picture& picture) {
    if (picture.has_unreadable_truth && count_++ == 0)
      first_ = picture.name;
  }
  void warn(const ManyPhotosRun& run) const {
    if (count_ > 0 && run.warned)
      run.warned(
          fmt::format("the class of {} photo{} cannot be read, the first of {}: expected the index of a "
                      "class in the file .cls, or in the field label of .json",
                      count_, count_ == 1 ? "" : "s", first_));
  }

private:
  std::int64_t count_ = 0;
  std::string first_;
};

void deliver(const ManyPhotosRun& run, ResultStore& store, const Picture& picture, PhotoResult& result) {
  if (run.before)
    run.before(store.counts().photos, picture);
  if (store.has_data())
    result.data = photo_data_line(picture.name, result.error, result.data);
  store.add(picture.place, result);
  for (const std::string& warning : result.warnings)
    if (run.warned)
      run.warned(warning);
  if (!result.error.empty() && run.failed)
    run.failed(result.error);
}

void deliver(const ManyPhotosRun& run, ResultStore& store, Task& task) {
  if (task.fatal)
    std::rethrow_exception(task.fatal);
  deliver(run, store, task.picture, task.result);
}

/// Gives photos to workers. Returns whether all are done.
bool do_by_workers(const ManyPhotosRun& run, ResultStore& store, PictureSource& source,
                   UnreadableTruths& unreadable) {
  std::deque<Task> tasks;  // in the order of the inputs; outlives the crew, which refers to them
  Crew crew(run, store);
  bool has_more = true;
  while (true) {
    while (has_more && tasks.size() < kAhead * run.workers) {
      if (auto picture = source.next())
        crew.give(tasks.emplace_back(std::move(*picture)));
      else
        has_more = false;
    }
    if (tasks.empty())
      return true;
    if (run.is_stopped && run.is_stopped())
      return false;
    crew.wait_for(tasks.front());
    unreadable.add(tasks.front().picture);
    deliver(run, store, tasks.front());
    tasks.pop_front();
  }
}

/// The results of a group: of the photos that can be read by its work, and failures.
std::vector<PhotoResult> results_of_group(const ManyPhotosRun& run, const ResultStore& store,
                                          const std::vector<Picture>& group) {
  std::vector<const Picture*> readable;
  for (const Picture& picture : group)
    if (picture.problem.empty())
      readable.push_back(&picture);
  GroupEvents events{run.is_stopped, {}};
  if (run.group_progress)
    events.progress = [&](std::int64_t done, std::int64_t total, const std::string& what) {
      run.group_progress(store.counts().photos, readable.size(), done, total, what);
    };
  std::vector<PhotoResult> found, all;
  if (!readable.empty())
    found = run.groups.work(readable, events);
  FOVEA_ASSERT(found.size() == readable.size());
  auto next = found.begin();
  for (const Picture& picture : group)
    all.push_back(picture.problem.empty() ? std::move(*next++) : failure(picture, picture.problem));
  for (PhotoResult& result : all)
    store.write_files(result);
  return all;
}

/// Works on groups of photos. Returns whether all are done.
bool do_in_groups(const ManyPhotosRun& run, ResultStore& store, PictureSource& source,
                  UnreadableTruths& unreadable) {
  while (true) {
    std::vector<Picture> group;
    for (const std::size_t size = std::max<std::size_t>(run.groups.size(), 1); group.size() < size;) {
      auto picture = source.next();
      if (!picture)
        break;
      group.push_back(std::move(*picture));
    }
    if (group.empty())
      return true;
    if (run.is_stopped && run.is_stopped())
      return false;
    std::vector<PhotoResult> results;
    try {
      results = results_of_group(run, store, group);
    } catch (const Cancelled&) {
      return false;
    }
    for (std::size_t i = 0; i < group.size(); ++i) {
      unreadable.add(group[i]);
      deliver(run, store, group[i], results[i]);
    }
  }
}

}  // namespace

bool run_many_photos(const ManyPhotosRun& run, ResultStore& store) {
  if (store.are_photos_done())
    return true;
  PictureSource source(run.inputs, run.shard, store.last());
  UnreadableTruths unreadable;
  const bool is_done = run.groups.work ? do_in_groups(run, store, source, unreadable)
                                       : do_by_workers(run, store, source, unreadable);
  unreadable.warn(run);
  if (!is_done)
    return false;
  store.finish();
  return true;
}

}  // namespace fovea
