#pragma once

#include <string>
#include <string_view>

/// Tar archives as POSIX has them (pax), of which no byte depends on anything but names and contents: files
/// of mode 644, of the user 0 and of 2000-01-01. An archive is `tar_beginning`, then members, then `tar_end`,
/// and each part is a multiple of 512 bytes long.
namespace fovea {

/// A header that names fovea as the author in a comment.
std::string tar_beginning();
/// A file in an archive, its header and padding included. `name`: a relative path, not empty.
std::string tar_member(const std::string& name, std::string_view bytes);
std::string tar_end();

}  // namespace fovea
