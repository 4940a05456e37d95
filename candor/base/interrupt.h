// Ctrl-C and SIGTERM as a flag that long work reads, so that training ends its step cleanly and saves.
#pragma once

namespace candor {

/// While one of these lives, the first SIGINT or SIGTERM sets the flag that `interrupted()` reads and a second one ends the
/// process at once. The handlers that were there before come back with the last guard.
class InterruptGuard {
 public:
  InterruptGuard();
  ~InterruptGuard();
  InterruptGuard(const InterruptGuard&) = delete;
  InterruptGuard& operator=(const InterruptGuard&) = delete;
};

/// True once the user asked to stop (while an InterruptGuard lives) or request_interrupt() was called.
bool interrupted();
/// Asks running work to stop, as Ctrl-C does; for programs with their own stop button.
void request_interrupt();
/// Forgets an interrupt that has been dealt with.
void clear_interrupt();

}  // namespace candor
