#pragma once

#include <mutex>
#include <string>

namespace fovea {

/// A list, for the process, of files and folders that exist only until they are finished, so that a program
/// that is interrupted leaves none behind. Any thread may call these functions.

/// To be called before `path` is made.
void note_unfinished(const std::string& path);
/// To be called when `path` is finished or removed.
void forget_unfinished(const std::string& path);
/// Removes all noted files and folders with their contents. While the lock is held, no other thread can note
/// anything, and therefore cannot create it either; the lock is to be held until the process ends.
[[nodiscard]] std::unique_lock<std::mutex> remove_unfinished();

}  // namespace fovea
