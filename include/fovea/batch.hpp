#pragma once

#include <cstddef>
#include <functional>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

/// Work on many pictures: which files there are, how the processor's threads are divided among them, and
/// workers whose results arrive in the order of the files. Nothing here prints; progress, results and errors
/// leave through callbacks.
namespace fovea {

/// The paths, with each folder replaced by the pictures in it, which are recognised by their extensions and
/// sorted by name. Subfolders are left out. A folder without pictures stays in the list as it is, so that
/// whoever reads it reports the error.
std::vector<std::string> expand_folders(const std::vector<std::string>& paths);
/// The files in those folders that `expand_folders` does not take for pictures, sorted.
std::vector<std::string> other_files(const std::vector<std::string>& paths);
/// The pictures in a folder and in all its subfolders, folder by folder, each sorted by name. InputError
/// naming the folder when it is none, or when there are no pictures in it.
std::vector<std::string> pictures_below(const std::string& folder);

/// "photos/my cat.jpg" -> "my cat".
std::string stem_of(const std::string& path);

/// File names for the results of pictures: the stem of each path, with "-2", "-3", ... appended where an
/// earlier picture has taken that name.
class UniqueStems {
public:
  std::string next(const std::string& path);

private:
  std::set<std::string> taken_;
};

/// How the processor's threads are divided among pictures.
struct ThreadPartition {
  std::size_t workers = 1;  ///< pictures that are worked on at the same time
  int threads = 0;          ///< of each picture's network; 0: all processors
};
/// One single-threaded worker for each processor, but no more than 16 and no more than there are pictures:
/// two threads on one picture would wait for each other at every layer. `workers` and `threads` are a user's
/// choice; 0 stands for none.
ThreadPartition partition_threads(std::size_t pictures, int workers, int threads);

/// Hands over what was computed for one file; called on the caller's thread when the file's turn comes.
using DeliverResult = std::function<void()>;
/// Works on file number i; several run at the same time, each on a worker thread of its own.
using FileWorker = std::function<DeliverResult(std::size_t i)>;

/// What `for_each_file` tells the caller; all on the caller's thread. Empty functions are not called.
struct FileBatchOptions {
  std::size_t workers = 1;
  /// File number i is next. Its result is delivered, or its failure reported, after this call.
  std::function<void(std::size_t i)> before = {};
  /// The work on file number i ended with an exception. `message` is one sentence that names the file.
  std::function<void(std::size_t i, const std::string& message)> failed = {};
  /// Once stop is requested, no further file is begun and Cancelled is thrown.
  std::stop_token stop = {};
};

/// Works on every path by one of the workers, each made by `make_worker` on its own thread. Results are
/// delivered in the order of the paths, on the caller's thread. An exception that ends the work on one file
/// is reported to `failed`, and the other files go on. Cancelled, and whatever a delivery or a callback
/// throws, ends the batch and leaves this function once all workers have ended. Returns the number of files
/// that failed.
std::size_t for_each_file(const std::vector<std::string>& paths,
                          const std::function<FileWorker()>& make_worker, const FileBatchOptions& options);

}  // namespace fovea
