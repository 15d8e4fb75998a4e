#pragma once

#include <mutex>
#include <string>

namespace fovea {

/// Files and folders that stand only until they are finished are noted in one list of the process, so that a
/// program that is interrupted leaves none behind. Any thread may call these functions.

/// To be called before `path` is made.
void note_unfinished(const std::string& path);
/// `path` is finished, or gone.
void forget_unfinished(const std::string& path);
/// Removes all that is noted, with what is in it. As long as the lock is held no other thread can note
/// anything, nor make what it would have to note: to be kept until the process ends.
[[nodiscard]] std::unique_lock<std::mutex> remove_unfinished();

}  // namespace fovea
