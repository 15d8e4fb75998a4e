#pragma once

namespace fovea::cli {

/// From now on an interrupt (Ctrl-C, a terminal that closes, a request to end) ends the program as it always
/// does, but takes away first what is written only in part. To be called once, before there is any other
/// thread.
void clean_up_on_interrupts();

/// While it lives, the first Ctrl-C asks the work to end with what it has; the second ends the program. One
/// at a time.
class InterruptScope {
public:
  InterruptScope();
  ~InterruptScope();
  InterruptScope(const InterruptScope&) = delete;
  InterruptScope& operator=(const InterruptScope&) = delete;

  bool asked() const;
};

}  // namespace fovea::cli
