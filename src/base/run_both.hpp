#pragma once

#include <exception>
#include <system_error>
#include <thread>
#include <utility>

namespace fovea {

/// Calls both functions, at the same time where there are two threads or more and the system has one to give,
/// otherwise one after the other. An exception of either is thrown once both have ended, the first one's
/// before the second's.
template <class First, class Second>
void run_both(int threads, First&& first, Second&& second) {
  std::exception_ptr failed_first, failed_second;
  const auto guarded = [](auto& run, std::exception_ptr& failed) {
    try {
      run();
    } catch (...) {
      failed = std::current_exception();
    }
  };
  std::thread other;
  if (threads > 1) {
    try {
      other = std::thread([&] { guarded(first, failed_first); });
    } catch (const std::system_error&) {  // no thread to be had: one after the other
    }
  }
  if (!other.joinable())
    guarded(first, failed_first);
  guarded(second, failed_second);
  if (other.joinable())
    other.join();
  for (const std::exception_ptr& failed : {failed_first, failed_second})
    if (failed)
      std::rethrow_exception(failed);
}

}  // namespace fovea
