#pragma once

#include <exception>
#include <string>

namespace fovea {

/// One sentence about an exception that ended the work on the file `path` of a batch; it names a file. The
/// exception may be of any kind: a faulty file, a lack of memory, threads or descriptors, an error of another
/// library. Rethrows Cancelled, which is no failure, and everything that is no std::exception.
std::string failure_text(const std::exception_ptr& failure, const std::string& path);

}  // namespace fovea
