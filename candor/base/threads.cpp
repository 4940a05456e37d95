#include "candor/base/threads.h"

#include <omp.h>
#include <sched.h>

#include <algorithm>
#include <cstdlib>

#include "candor/base/denormals.h"
#include "candor/base/shares.h"

// ThreadSanitizer does not see the synchronisation inside libgomp, which is not built with it; these say what happens before what.
#if defined(__SANITIZE_THREAD__)
#include <sanitizer/tsan_interface.h>
#define CANDOR_TSAN_RELEASE(address) __tsan_release(address)
#define CANDOR_TSAN_ACQUIRE(address) __tsan_acquire(address)
#define CANDOR_NO_TSAN __attribute__((no_sanitize("thread")))
#else
#define CANDOR_TSAN_RELEASE(address) (void)(address)
#define CANDOR_TSAN_ACQUIRE(address) (void)(address)
#define CANDOR_NO_TSAN
#endif

namespace candor {
namespace {

int initial_threads() {
  if (const char* text = std::getenv("CANDOR_THREADS")) {
    const int value = std::atoi(text);
    if (value >= 1 && value <= 1024) return value;
  }
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0) return std::max(1, CPU_COUNT(&set));
  return std::max(1, omp_get_num_procs());
}

int& thread_count() {
  static int count = initial_threads();
  return count;
}

thread_local int limit = 1 << 20;
thread_local std::int64_t started = 0;

}  // namespace

int threads() { return std::min(thread_count(), limit); }

void set_threads(int count) {
  thread_count() = std::clamp(count, 1, 1024);
  omp_set_num_threads(thread_count());
}

// Libraries on the same pool ask OpenMP.
ThreadLimit::ThreadLimit(int most) : before_(limit) {
  limit = std::min(limit, std::max(1, most));
  omp_set_num_threads(threads());
}
ThreadLimit::~ThreadLimit() {
  limit = before_;
  omp_set_num_threads(threads());
}

bool in_parallel() { return omp_in_parallel() != 0; }

std::int64_t teams_started() { return started; }

CANDOR_NO_TSAN void detail::run_parallel(std::int64_t count, void* context, void (*body)(void*, std::int64_t)) {
  ++started;
  const int team = static_cast<int>(std::min<std::int64_t>(count, threads()));
  Shares shares(count, team);
  const ArithmeticMode mode = ArithmeticMode::now();  // else bits would depend on which thread computes them
  char start = 0, end = 0;
  CANDOR_TSAN_RELEASE(&start);
#pragma omp parallel num_threads(team)
  {
    CANDOR_TSAN_ACQUIRE(&start);
    mode.take();
    shares.work(omp_get_thread_num(), [&](std::int64_t i) { body(context, i); });
    CANDOR_TSAN_RELEASE(&end);
  }
  CANDOR_TSAN_ACQUIRE(&end);
}

}  // namespace candor
