#pragma once

#include <cstddef>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

/// Work on many pictures: finding the files, dividing the processor's threads among them, and running workers
/// whose results are delivered in the order of the files. Nothing here prints; progress, results and errors
/// are reported through callbacks.
namespace fovea {

enum class Subfolders { Ignored, Included };

/// Returns the paths with each folder replaced by the pictures in it, which are recognised by their
/// extensions and sorted by name; those of its subfolders follow folder by folder, or are ignored. A folder
/// without pictures stays in the list, so that reading it reports the error.
std::vector<std::string> expand_folders(const std::vector<std::string>& paths,
                                        Subfolders subfolders = Subfolders::Ignored);
/// Returns the files in those folders that `expand_folders` does not take for pictures, sorted.
std::vector<std::string> other_files(const std::vector<std::string>& paths);
/// Returns the pictures in a folder and in all its subfolders, folder by folder, each sorted by name.
/// InputError naming the folder if it is not one or contains no pictures.
std::vector<std::string> pictures_below(const std::string& folder);

/// Whether the name of a file ends as those of pictures do, in letters of either case.
bool has_picture_name(const std::string& path);
/// The reason why `expand_folders` found no pictures in a folder, and what would work: "is an empty folder".
/// Empty for a path that is no folder, and for a folder with pictures.
std::string why_no_pictures(const std::string& path);

/// At most `most` of the paths, evenly spaced, the first among them, in their order.
std::vector<std::string> evenly_chosen(const std::vector<std::string>& paths, std::size_t most);

/// The file's name without folder and extension: "photos/my cat.jpg" -> "my cat".
std::string stem_of(const std::string& path);

/// The paths in `folder` with which the names of each picture's results begin: the folder and the picture's
/// stem, with "-2", "-3", ... appended if an earlier picture has that name.
std::vector<std::string> result_paths(const std::string& folder, const std::vector<std::string>& pictures);

/// A division of the processor's threads among pictures.
struct ThreadPartition {
  std::size_t workers = 1;  ///< pictures processed at the same time
  int threads = 0;          ///< threads of each picture's network; 0: all processors
};
/// Divides the threads: one single-threaded worker for each processor, at most 16 and at most one for each
/// picture, because several threads on one picture would wait for each other at every layer. `workers` and
/// `threads` are the user's choice; 0 leaves it to this function.
ThreadPartition partition_threads(std::size_t pictures, int workers, int threads);

/// Delivers the result of one file. It is called on the caller's thread when it is the file's turn.
using DeliverResult = std::function<void()>;
/// Processes file number i. Several workers run at the same time, each on a thread of its own.
using FileWorker = std::function<DeliverResult(std::size_t i)>;

/// Options and callbacks of `for_each_file`. All callbacks run on the caller's thread; empty ones are not
/// called.
struct FileBatchOptions {
  std::size_t workers = 1;
  /// Called before the result of file number i is delivered or its failure is reported.
  std::function<void(std::size_t i)> before = {};
  /// Called when the work on file number i ended with an exception. `message` is one sentence that names the
  /// file.
  std::function<void(std::size_t i, const std::string& message)> failed = {};
  /// Once a stop is requested, no further file is started and Cancelled is thrown.
  std::stop_token stop = {};
};

/// Processes every path with one of the workers, each of which `make_worker` makes on the worker's own
/// thread. Results are delivered in the order of the paths, on the caller's thread. An exception that ends
/// the work on one file is reported to `failed`, and the other files go on; so is a path that is a folder,
/// with the reason why there are no pictures in it. Cancelled, or an exception thrown by a delivery or a
/// callback, ends the batch and is thrown once all workers have ended. Returns the number of files that
/// failed.
std::size_t for_each_file(const std::vector<std::string>& paths,
                          const std::function<FileWorker()>& make_worker, const FileBatchOptions& options);

}  // namespace fovea
