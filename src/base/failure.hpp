#pragma once

#include <exception>
#include <string>

namespace fovea {

/// One sentence about an exception that ended the work on the file `of` of a batch; it names a file. The
/// exception may be of any kind: a faulty file, a lack of memory, threads or descriptors, an error of another
/// library. Rethrows Cancelled, which is no failure, and everything that is no std::exception.
std::string failure_text(const std::exception_ptr& failure, const std::string& of);

}  // namespace fovea
