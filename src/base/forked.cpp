#include "base/forked.hpp"

#include "base/check.hpp"

#include <unistd.h>

#include <exception>
#include <latch>
#include <system_error>
#include <thread>
#include <vector>

namespace fovea {
namespace {

const pid_t loaded_in = ::getpid();

}  // namespace

bool in_forked_child() {
  return ::getpid() != loaded_in;
}

void run_on_new_thread(const std::function<void()>& body) {
  std::exception_ptr error;
  std::thread thread;
  try {
    thread = std::thread([&] {
      try {
        body();
      } catch (...) {
        error = std::current_exception();
      }
    });
  } catch (const std::system_error& failed) {
    throw InputError(fmt::format("no thread can be made in this forked process: {}", failed.what()));
  }
  thread.join();
  if (error)
    std::rethrow_exception(error);
}

void check_threads_can_be_made(int count) {
  std::latch all_tried(1);
  std::vector<std::thread> threads;
  std::string failure;
  try {
    threads.reserve(static_cast<std::size_t>(count));
    for (int i = 0; i < count; ++i)
      threads.emplace_back([&] { all_tried.wait(); });
  } catch (const std::system_error& error) {
    failure = error.what();
  }
  all_tried.count_down();
  for (std::thread& thread : threads)
    thread.join();
  FOVEA_CHECK(failure.empty(), "{} threads are more than the system lets this process have: {}", count,
              failure);
}

}  // namespace fovea
