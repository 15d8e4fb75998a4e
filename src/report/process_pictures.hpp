#pragma once

#include "batch/picture_source.hpp"
#include "fovea/batch.hpp"

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

/// Work on the pictures of folders and archives, for commands that look at them more than once.
namespace fovea {

/// Processes all files like `for_each_file` and returns the exit code: 0, or 1 if any failed.
using ProcessFiles =
    std::function<int(const std::vector<std::string>& paths, const std::function<FileWorker()>& make_worker)>;

/// Processes one picture, like a FileWorker.
using PictureWorker = std::function<DeliverResult(const Picture& picture)>;

/// A number for each place, in the same order.
std::size_t number_of(const PicturePlace& place);
/// The place that has the number.
PicturePlace place_of(std::size_t number);

/// Gives the source's pictures to workers, in groups, so that neither the bytes of those from archives nor
/// the names of a large folder are all in memory. An entry with a problem is a picture that failed. Returns
/// the exit code.
int process_pictures(PictureSource& source, const ProcessFiles& process_files,
                     const std::function<PictureWorker()>& make_worker);

}  // namespace fovea
