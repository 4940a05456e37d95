#include "candor/base/interrupt.h"

#include <csignal>

#include <atomic>
#include <mutex>

namespace candor {
namespace {

static_assert(std::atomic<bool>::is_always_lock_free, "a signal handler may only use lock-free atomics");
std::atomic<bool> stop_asked{false};

void on_signal(int signal_number) {
  if (stop_asked.exchange(true)) {
    std::signal(signal_number, SIG_DFL);
    std::raise(signal_number);
  }
}

std::mutex guard_mutex;
int guards = 0;
struct sigaction previous_int, previous_term;

}  // namespace

InterruptGuard::InterruptGuard() {
  const std::lock_guard lock(guard_mutex);
  if (guards++ > 0) return;
  stop_asked = false;
  struct sigaction action {};
  action.sa_handler = on_signal;
  sigemptyset(&action.sa_mask);
  action.sa_flags = SA_RESTART;
  sigaction(SIGINT, &action, &previous_int);
  sigaction(SIGTERM, &action, &previous_term);
}

InterruptGuard::~InterruptGuard() {
  const std::lock_guard lock(guard_mutex);
  if (--guards > 0) return;
  sigaction(SIGINT, &previous_int, nullptr);
  sigaction(SIGTERM, &previous_term, nullptr);
}

bool interrupted() { return stop_asked.load(std::memory_order_relaxed); }
void request_interrupt() { stop_asked = true; }
void clear_interrupt() { stop_asked = false; }

}  // namespace candor
