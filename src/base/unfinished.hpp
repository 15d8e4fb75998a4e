#pragma once

#include <mutex>
#include <string>

namespace fovea {

/// A list, for the process, of files and folders that exist only until they are finished, so that a program
/// that is interrupted leaves none behind. Any thread may call these functions.

using UnfinishedLock = std::unique_lock<std::recursive_mutex>;

/// While the lock is held, `remove_unfinished` waits. To be held while something is noted and made, and while
/// it is finished and forgotten: an interrupt then finds it in one of these states and in none between them.
/// One thread may hold several.
[[nodiscard]] UnfinishedLock hold_unfinished();
/// To be called before `path` is made.
void note_unfinished(const std::string& path);
/// To be called when `path` is finished or removed.
void forget_unfinished(const std::string& path);
/// To be called after a folder was made for results: an interrupt removes it if nothing is in it.
void note_made_folder(const std::string& path);
/// Removes all noted files and folders with their contents, and those of the made folders that are empty.
/// While the lock is held, no other thread can note, make or finish anything; the lock is to be held until
/// the process ends.
[[nodiscard]] UnfinishedLock remove_unfinished();

}  // namespace fovea
