#pragma once

#include <string>
#include <sys/types.h>

namespace fovea {

/// Unfinished files and folders carry the number of their process in their names and are locked (flock) while
/// that process lives, so that what a killed process leaves behind can be told from what another one is
/// writing.

/// ".fovea-PID-SERIAL.tmp", the name of an unfinished file.
std::string unfinished_file_name(unsigned serial);
/// "STEM_files.PID.tmp", the name of the unfinished folder of a page's pictures.
std::string unfinished_folder_name(const std::string& stem_files);

/// Locks an open file or folder until its last descriptor is closed. Where the file system has no locks,
/// nothing happens.
void lock_unfinished(int descriptor);

/// Removes what killed processes left in a folder: entries that have exactly such a name, belong to this
/// user, whose process is gone and that nobody has locked; of folders only those that hold nothing but
/// pictures and unfinished files. All else stays: so does what a process on another computer or in another
/// container is writing, since that is locked, and everything on file systems without locks. Looks at each
/// folder once in the life of the process; never fails.
void remove_leftovers(const std::string& folder);

}  // namespace fovea
