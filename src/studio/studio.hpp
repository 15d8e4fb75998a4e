#pragma once

#include "fovea/image.hpp"
#include "fovea/program.hpp"
#include "studio/compute_once.hpp"
#include "studio/jobs.hpp"
#include "studio/lane.hpp"
#include "studio/model_store.hpp"
#include "studio/photo_store.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

/// What the studio's page and scripts work with: models, photos, results that are computed once, and jobs.
/// Nothing here knows of sockets.
namespace fovea::studio {

struct StudioLimits {
  std::int64_t max_upload = std::int64_t{1} << 30;  ///< bytes of one file
  std::int64_t max_pixels = 64'000'000;             ///< of one photo
  std::int64_t memory = std::int64_t{2} << 30;      ///< bytes of results, photos, programs and jobs
  std::size_t jobs = 1;                             ///< that run at the same time
  std::size_t waiting = 64;                         ///< requests, and jobs, that wait

  /// The parts of the memory: frames and files of jobs, the pictures that class models can go on from, and
  /// all that is computed once.
  std::size_t memory_of_jobs() const { return static_cast<std::size_t>(memory) / 16 * 3; }
  std::size_t memory_of_pictures() const { return static_cast<std::size_t>(memory) / 16; }
  std::size_t memory_of_results() const {
    return static_cast<std::size_t>(memory) - memory_of_jobs() - memory_of_pictures();
  }
};

struct StudioOptions {
  StudioLimits limits = {};
  ProgramOptions program = {};  ///< threads and precision of all networks
  LoadOptions load = {};
  std::string temporary_folder = "/tmp";
};

class Studio;
/// Reads the fields of a job of some kind, all but "kind" and "unattended", and gives its work. InputError
/// for fields that are not right.
using StartJob = std::function<JobWork(Studio& studio, JsonFields& fields)>;

class Studio {
public:
  explicit Studio(StudioOptions options);
  /// Cancels everything and waits for its end.
  ~Studio();

  const StudioOptions& options() const { return options_; }
  ModelStore& models() { return models_; }
  PhotoStore& photos() { return photos_; }
  ComputeOnce& results() { return results_; }
  JobQueue& jobs() { return jobs_; }
  /// Where short work runs, one piece at a time, with all threads.
  Lane& interactive() { return interactive_; }
  /// An empty file for the bytes that a client sends. OutputError.
  std::shared_ptr<Upload> make_upload() const;
  /// From now on messages call the file by that name.
  void name_upload(const Upload& file, const std::string& name);

  /// The decoded photo, kept with the results. InputError as for read_image; RequestError (413) for one of
  /// too many pixels.
  std::shared_ptr<const Image> picture(const StudioPhoto& photo, const Asker& asker);
  /// The size of an upright picture in a file, from its header. Errors as for `picture`.
  PhotoSize check_picture(const std::string& path) const;

  /// The kinds of jobs by name.
  void add_job_kind(const std::string& kind, StartJob start) { job_kinds_[kind] = std::move(start); }
  const std::map<std::string, StartJob>& job_kinds() const { return job_kinds_; }

  /// A text in which the files of uploads have the names that their senders gave them.
  std::string readable(std::string text) const;
  /// A text that differs between runs of the program, for ETags.
  const std::string& run_id() const { return run_id_; }

  /// Cancels all jobs and takes no more work.
  void stop();

private:
  const StudioOptions options_;
  const std::string run_id_;
  ModelStore models_;
  PhotoStore photos_;
  ComputeOnce results_;
  std::map<std::string, StartJob> job_kinds_;
  mutable std::mutex names_mutex_;
  std::map<std::string, std::string> upload_names_;  ///< by path
  Lane interactive_;
  JobQueue jobs_;  ///< the last members, whose threads use the others
};

}  // namespace fovea::studio
