// The one thread pool: OpenMP's. Every parallel piece of Candor goes through `parallel_for`.
#pragma once

#include <cstdint>
#include <type_traits>

namespace candor {

/// Number of threads that parallel work started by the calling thread may use; starts as the cores this process may run on, or
/// CANDOR_THREADS.
int threads();

/// Sets the number of threads, at least 1. Results do not depend on it.
void set_threads(int count);

/// True inside a parallel_for, where further parallel work runs inline.
bool in_parallel();

/// How many times the calling thread has shared work out so far.
std::int64_t teams_started();

/// While it lives, parallel work started by this thread uses no more than `most` threads. Costs nothing to speak of.
class ThreadLimit {
 public:
  explicit ThreadLimit(int most);
  ~ThreadLimit();
  ThreadLimit(const ThreadLimit&) = delete;
  ThreadLimit& operator=(const ThreadLimit&) = delete;

 private:
  int before_;
};

namespace detail {
void run_parallel(std::int64_t count, void* context, void (*body)(void*, std::int64_t));
}

/// Calls body(i) for i in [0, count), spread over the pool. How the work is cut into `count` pieces must depend on shapes
/// alone, never on threads(): that is what makes results the same for any number of threads. Exceptions are not allowed
/// to leave body.
template <class Body>
void parallel_for(std::int64_t count, Body&& body) {
  if (count <= 1 || threads() == 1 || in_parallel()) {
    for (std::int64_t i = 0; i < count; ++i) body(i);
    return;
  }
  using Plain = std::remove_reference_t<Body>;
  detail::run_parallel(count, const_cast<void*>(static_cast<const void*>(&body)),
                       [](void* context, std::int64_t i) { (*static_cast<Plain*>(context))(i); });
}

}  // namespace candor
