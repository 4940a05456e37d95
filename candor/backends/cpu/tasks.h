// Work that needs scratch memory of its own while it runs in parallel.
#pragma once

#include <algorithm>
#include <cstdint>

#include "candor/base/shares.h"
#include "candor/base/threads.h"

namespace candor::cpu {

/// How many pieces of scratch a kernel with that many tasks plans for.
inline std::int64_t slots_for(std::int64_t tasks) { return std::clamp<std::int64_t>(threads(), 1, std::max<std::int64_t>(tasks, 1)); }

/// Calls body(task, slot) for all tasks; no two calls with the same slot run at the same time. Which slot a task gets is open, so
/// its result must not depend on it.
template <class Body>
void run_tasks(std::int64_t tasks, std::int64_t slots, Body&& body) {
  if (slots <= 1 || tasks <= 1 || threads() == 1) {
    for (std::int64_t task = 0; task < tasks; ++task) body(task, std::int64_t{0});
    return;
  }
  const std::int64_t parts = std::min(slots, tasks);
  detail::Shares shares(tasks, parts);
  parallel_for(parts, [&](std::int64_t slot) { shares.work(slot, [&](std::int64_t task) { body(task, slot); }); });
}

/// A power of two of tasks, at most 32, each of about so much of the work: enough for many cores, whatever their number.
inline std::int64_t tasks_wanted(double work, double of_a_task) {
  std::int64_t wanted = 1;
  while (wanted < 32 && static_cast<double>(wanted) * of_a_task < work) wanted *= 2;
  return wanted;
}

/// The i-th of `parts` nearly equal parts of [0, count) starts here; part `parts` is the end.
inline std::int64_t part_start(std::int64_t count, std::int64_t parts, std::int64_t i) {
  return count / parts * i + std::min(i, count % parts);
}

}  // namespace candor::cpu
