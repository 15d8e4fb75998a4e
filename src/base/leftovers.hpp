#pragma once

#include <string>
#include <sys/types.h>

namespace fovea {

/// Unfinished files and folders have the number of their process in their names and are locked (flock) while
/// that process lives. So what a killed process left behind can be distinguished from what another one is
/// writing.

/// ".fovea-PID-SERIAL.tmp", the name of an unfinished file.
std::string unfinished_file_name(unsigned serial);
/// "STEM_files.PID.tmp", the name of the unfinished folder of a page's pictures.
std::string unfinished_folder_name(const std::string& stem_files);

/// Locks an open file or folder until its last descriptor is closed. Has no effect on file systems without
/// locks.
void lock_unfinished(int descriptor);

/// Removes what killed processes left in a folder: entries with exactly such a name that belong to this user,
/// whose process no longer exists and that nobody has locked; of folders, only those that contain nothing but
/// pictures and unfinished files. Everything else stays, including what a process on another computer or in
/// another container is writing, which is locked, and everything on file systems without locks. Each folder
/// is examined once in the life of the process; the function never fails.
void remove_leftovers(const std::string& folder);

}  // namespace fovea
