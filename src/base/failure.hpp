#pragma once

#include <exception>
#include <string>

namespace fovea {

/// One sentence about an exception that ended the work on the file `path` of a batch; the sentence names a
/// file. It is for errors of any kind: what the file is at fault for, what the system does not give (memory,
/// threads, descriptors), what another library throws. Rethrows Cancelled, which is no failure, and whatever
/// is no std::exception.
std::string failure_text(const std::exception_ptr& failure, const std::string& path);

}  // namespace fovea
