#pragma once

#include <functional>

/// Threads after fork(): only the calling thread exists in the child. OpenMP's thread pools there refer to
/// threads that do not exist, and a parallel region would wait for them forever.
namespace fovea {

/// Whether this process was forked from the one that loaded the library.
bool in_forked_child();

/// Runs `body` on a new thread, which has no pool yet, and waits for it; an exception of `body` is rethrown
/// here. InputError if the system cannot create a thread.
void run_on_new_thread(const std::function<void()>& body);

/// InputError if the system does not let this process create so many more threads. OpenMP ends a process
/// whose threads it cannot create.
void check_threads_can_be_made(int count);

}  // namespace fovea
