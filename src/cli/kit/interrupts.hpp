#pragma once

namespace fovea::cli {

/// From now on an interrupt (Ctrl-C, a closed terminal, a request to terminate) still ends the program, but
/// first removes unfinished files. To be called once, before any other thread is created.
void clean_up_on_interrupts();

/// During its life, the first Ctrl-C requests the work to end with its current results; the second ends the
/// program. Only one may exist at a time.
class InterruptScope {
public:
  InterruptScope();
  ~InterruptScope();
  InterruptScope(const InterruptScope&) = delete;
  InterruptScope& operator=(const InterruptScope&) = delete;

  bool asked() const;
};

}  // namespace fovea::cli
