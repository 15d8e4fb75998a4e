#include "cli/kit/interrupts.hpp"

#include "base/unfinished.hpp"

#include <csignal>
#include <pthread.h>
#include <semaphore.h>
#include <unistd.h>

#include <atomic>
#include <system_error>
#include <thread>

namespace fovea::cli {
namespace {

enum class FirstInterrupt { Ends, AsksToEnd, HasAsked };
std::atomic<FirstInterrupt> first_interrupt{FirstInterrupt::Ends};
std::atomic<bool> all_signals_ask = false;

constexpr int kInterrupts[] = {SIGINT, SIGTERM, SIGHUP, SIGUSR1};

sem_t arrived;                  ///< counts the signals that the handler has seen
std::atomic<int> received = 0;  ///< the last of them
static_assert(std::atomic<int>::is_always_lock_free);

/// As nohup and shells without job control do.
bool is_ignored(int signal) {
  struct sigaction action = {};
  return ::sigaction(signal, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
}

void end_by(int signal) {
  const auto lock = remove_unfinished();
  std::signal(signal, SIG_DFL);
  sigset_t only;
  sigemptyset(&only);
  sigaddset(&only, signal);
  ::pthread_sigmask(SIG_UNBLOCK, &only, nullptr);
  ::kill(::getpid(), signal);  // so that whoever began the program sees how it ended
  while (true)
    ::pause();
}

}  // namespace

void clean_up_on_interrupts() {
  // The handler, which may call next to nothing, wakes a thread that cleans up. It may run in any thread:
  // those that libraries start while they are loaded (OpenBLAS's) do not inherit the mask, which keeps
  // signals away from all others.
  sem_init(&arrived, 0, 0);
  struct sigaction action = {};
  action.sa_handler = [](int signal) {
    received = signal;
    sem_post(&arrived);
  };
  action.sa_flags = SA_RESTART;
  sigset_t awaited;
  sigemptyset(&awaited);
  for (const int signal : kInterrupts)
    if (!is_ignored(signal))
      sigaddset(&awaited, signal);
  ::pthread_sigmask(SIG_BLOCK, &awaited, nullptr);
  try {
    std::thread([awaited] {
      ::pthread_sigmask(SIG_UNBLOCK, &awaited, nullptr);
      while (true) {
        while (sem_wait(&arrived) != 0) {  // interrupted by the handler itself
        }
        const int signal = received;
        if (auto asks = FirstInterrupt::AsksToEnd;
            (signal != SIGINT && !all_signals_ask) ||
            !first_interrupt.compare_exchange_strong(asks, FirstInterrupt::HasAsked))
          end_by(signal);
      }
    }).detach();
  } catch (const std::system_error&) {  // no thread to be had: better an end that leaves something than none
    ::pthread_sigmask(SIG_UNBLOCK, &awaited, nullptr);
    return;
  }
  for (const int signal : kInterrupts)
    if (sigismember(&awaited, signal) == 1)
      ::sigaction(signal, &action, nullptr);
}

InterruptScope::InterruptScope(Interrupts interrupts) {
  all_signals_ask = interrupts == Interrupts::All;
  first_interrupt = FirstInterrupt::AsksToEnd;
}

InterruptScope::~InterruptScope() {
  first_interrupt = FirstInterrupt::Ends;
}

bool InterruptScope::asked() const {
  return first_interrupt == FirstInterrupt::HasAsked;
}

std::string InterruptScope::signal_name() {
  switch (received) {
  case SIGINT:
    return "SIGINT";
  case SIGHUP:
    return "SIGHUP";
  case SIGUSR1:
    return "SIGUSR1";
  default:
    return "SIGTERM";
  }
}

}  // namespace fovea::cli
