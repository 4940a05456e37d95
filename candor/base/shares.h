// Dividing tasks among threads so that each begins with a part of its own, the same part of the same count every time: what a
// thread wrote in one kernel is still in its cache when the next kernel cuts its work alike. Those that finish early help out.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>

namespace candor::detail {

class Shares {
 public:
  /// Parts beyond 64 share with others.
  Shares(std::int64_t count, std::int64_t parts) : parts_(static_cast<int>(std::clamp<std::int64_t>(parts, 1, most))) {
    for (int t = 0; t < parts_; ++t) {
      shares_[t].next.store(count * t / parts_, std::memory_order_relaxed);
      shares_[t].end = count * (t + 1) / parts_;
    }
  }

  /// Calls body(task) for tasks that nobody has taken, those of part `own` first, until there are none.
  template <class Body>
  void work(std::int64_t own, Body&& body) {
    for (int turn = 0; turn < parts_; ++turn) {
      Share& share = shares_[(own + turn) % parts_];
      for (std::int64_t i; (i = share.next.fetch_add(1, std::memory_order_relaxed)) < share.end;) body(i);
    }
  }

 private:
  static constexpr int most = 64;
  struct alignas(64) Share {
    std::atomic<std::int64_t> next;
    std::int64_t end;
  };
  int parts_;
  Share shares_[most];
};

}  // namespace candor::detail
