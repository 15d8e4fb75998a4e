#pragma once

#include "batch/picture_source.hpp"
#include "batch/result_store.hpp"

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace fovea {

/// What a command does with one photo. Several run at the same time, each on a thread of its own.
using PhotoWorker = std::function<PhotoResult(const Picture& picture)>;

/// What the work on a group of photos is told, and tells. The functions may be empty.
struct GroupEvents {
  std::function<bool()> is_stopped = {};
  /// `done` of `total` pieces of work on the group are done; `what` names the next one.
  std::function<void(std::int64_t done, std::int64_t total, const std::string& what)> progress = {};
};

/// What a command does with several photos at a time, where it pays to prepare something for them together.
struct PhotoGroups {
  /// The number of photos of the next group.
  std::function<std::size_t()> size = {};
  /// Gives a result for each photo, in their order, by threads of its own. Cancelled when it was stopped.
  /// Other exceptions end the run.
  std::function<std::vector<PhotoResult>(const std::vector<const Picture*>& photos,
                                         const GroupEvents& events)>
      work = {};
};

struct ManyPhotosRun {
  const PictureInputs& inputs;
  Shard shard;
  std::size_t workers = 1;
  /// Makes one worker's function, on the worker's own thread.
  std::function<PhotoWorker()> make_worker = {};
  /// Called on the caller's thread before the results of a photo are added: the number of photos done in all,
  /// and the photo. May be empty.
  std::function<void(std::int64_t done, const Picture& picture)> before = {};
  /// Called for each photo that has no result, or not every one, with a sentence that names it. May be empty.
  std::function<void(const std::string& message)> failed = {};
  /// Called for each warning that a photo gives. May be empty.
  std::function<void(const std::string& message)> warned = {};
  /// Asked before each photo: whether to stop. May be empty.
  std::function<bool()> is_stopped = {};
  /// In place of workers: the photos are worked on in groups.
  PhotoGroups groups = {};
  /// As `GroupEvents::progress`, with the number of photos that were done before the group and the number in
  /// it. May be empty.
  std::function<void(std::int64_t before, std::size_t photos, std::int64_t done, std::int64_t total,
                     const std::string& what)>
      group_progress = {};
};

/// Gives the workers the photos of the shard that the store lacks, and adds their results to the store in the
/// order of the inputs, whatever the number of workers. Memory does not grow with the number of photos: at
/// most four photos for each worker, or one group, are in work. An exception of a worker is the photo's
/// result, a row with an error, but for OutputError and Cancelled, which end the run as one of a callback
/// does: the store keeps what was added. Returns whether all photos are done; if so, the store is finished
/// but for a final step.
bool run_many_photos(const ManyPhotosRun& run, ResultStore& store);

}  // namespace fovea
