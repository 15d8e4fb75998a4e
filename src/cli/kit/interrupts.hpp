#pragma once

#include <stdexcept>
#include <string>

namespace fovea::cli {

/// From now on an interrupt (Ctrl-C, a closed terminal, a request to terminate, SIGUSR1) still ends the
/// program, but first removes unfinished files. To be called once, before any other thread is created.
void clean_up_on_interrupts();

/// The signals that request an orderly end of work.
enum class Interrupts {
  CtrlC,
  All,  ///< also requests to terminate, a closed terminal, and SIGUSR1, which Slurm sends before time is over
};

/// During its life, the first Ctrl-C, or the first of all signals, requests the work to end with its current
/// results; the second ends the program. Only one may exist at a time.
class InterruptScope {
public:
  explicit InterruptScope(Interrupts interrupts = Interrupts::CtrlC);
  ~InterruptScope();
  InterruptScope(const InterruptScope&) = delete;
  InterruptScope& operator=(const InterruptScope&) = delete;

  bool asked() const;
  /// The name of the signal that arrived: "SIGTERM".
  static std::string signal_name();
};

/// Work over many photos that ended at a signal, and that the same command with --resume goes on with.
class Interrupted : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

}  // namespace fovea::cli
