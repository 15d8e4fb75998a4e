#pragma once

#include <functional>

/// What is left of threads after fork(): the one that called it. The pools that OpenMP keeps for each thread
/// name threads that do not exist in the child, which would wait for them without end.
namespace fovea {

/// Whether this process was forked from the one that loaded the library.
bool in_forked_child();

/// Runs `body` on a thread made for it, which has no pool yet, and waits for it; what it throws is thrown
/// here. InputError where the system makes no thread.
void run_on_new_thread(const std::function<void()>& body);

/// InputError where the system does not let this process have so many threads more: OpenMP ends a process
/// whose threads it cannot make.
void check_threads_can_be_made(int count);

}  // namespace fovea
